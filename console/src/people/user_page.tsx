import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Redirect } from 'wouter';
import { AccessKeysPanel } from '../account/access_keys';
import { SessionsPanel } from '../account/sessions';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { Fact } from '../elements/facts';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { LooksAfter } from './delegation_marks';
import { LostFactorPanel } from './lost_factors';
import { FactorsMark, isPerson, PrivilegedMark, StatusMark } from './marks';
import { RightsPanel } from './rights_panel';
import { ThingPage } from './thing_page';

export function UserPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const who = useWho();
  // It has a page of its own, where its organisation looks after it.
  const isOwnProgram = (user: User) => !isPerson(user) && user.tenant === who.tenant.id;
  const query = useQuery({ queryKey: ['user', id], queryFn: () => identity.user(id) });
  return (
    <ThingPage
      kind={t('user')}
      at="users"
      query={query}
      actions={(user) => !isOwnProgram(user) && <Suspension user={user} />}
    >
      {(user) =>
        isOwnProgram(user) ? (
          <Redirect to={`/people/service-accounts/${user.id}`} replace />
        ) : (
          <About user={user} />
        )
      }
    </ThingPage>
  );
}

function About({ user }: { user: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const isSelf = user.id === who.user.id;
  const isOurs = user.tenant === who.tenant.id;
  return (
    <>
      {isSelf && (
        <p className="notice" role="note">
          <Icon name="account" />
          <span>
            {t('user.self')} <a href="#/account">{t('account.title')}</a>
          </span>
        </p>
      )}
      {user.factor_needed && !user.has_totp && user.passkeys === 0 && (
        <p className="notice" role="note">
          <Icon name="error" />
          {t('user.idle', { name: user.name })}
        </p>
      )}
      <Facts user={user} />
      {isOurs && <RightsPanel user={user} />}
      {isOurs && may(who, 'iam:CreateDelegation') && <LooksAfter user={user} />}
      {isOurs && may(who, 'iam:GetAccess') && (
        <p>
          <a href={`#/people/access/${user.id}`}>{t('reach.what')}</a>
        </p>
      )}
      <LostFactorPanel user={user} />
      {may(who, 'iam:ListAccessKeys') && <AccessKeysPanel user={user} />}
      {may(who, 'iam:ListSessions') && <SessionsPanel user={user} />}
    </>
  );
}

function Facts({ user }: { user: User }) {
  const { t } = useSpeech();
  return (
    <Panel>
      <dl className="facts">
        <Fact term={t('user.status')}>
          <StatusMark active={user.active} />
        </Fact>
        <Fact term={t('user.role')}>
          <span className="row">
            {t(`role.${user.role}`)}
            <PrivilegedMark privileged={user.privileged} />
          </span>
        </Fact>
        <Fact term={t('account.second_factor')}>
          <FactorsMark user={user} />
        </Fact>
        <Fact term={t('user.last_sign_in')}>
          <Moment us={user.last_sign_in_us} />
        </Fact>
        <Fact term={t('time.created')}>
          <Moment us={user.created_us} />
        </Fact>
        <Fact wide term={t('user.email')}>
          {user.email === '' ? <span className="soft">–</span> : user.email}
        </Fact>
      </dl>
    </Panel>
  );
}

// Of a person, or of a program's account.
export function Suspension({ user }: { user: Pick<User, 'id' | 'name' | 'active'> }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  // Nobody suspends the account that it acts with.
  if (!may(who, 'iam:SetUserActive') || user.id === who.user.id) return null;
  const act = user.active ? 'suspend' : 'reactivate';
  return (
    <AskingButton
      label={t(`user.${act}`)}
      ask={t(`user.${act}.ask`, { name: user.name })}
      run={async () => {
        await identity.setActive(user.id, !user.active);
        for (const key of ['user', 'users', 'sessions', 'service-accounts']) {
          await askAgain(queries, [key]);
        }
      }}
    />
  );
}

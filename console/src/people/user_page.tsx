import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AccessKeysPanel } from '../account/access_keys';
import { SessionsPanel } from '../account/sessions';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { FactorsMark, PrivilegedMark, StatusMark } from './marks';
import { RightsPanel } from './rights_panel';
import { ThingPage } from './thing_page';

export function UserPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['user', id], queryFn: () => identity.user(id) });
  return (
    <ThingPage
      kind={t('user')}
      at="users"
      query={query}
      actions={(user) => <Suspension user={user} />}
    >
      {(user) => <About user={user} />}
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
      {user.privileged && !user.has_totp && user.passkeys === 0 && (
        <p className="notice" role="note">
          <Icon name="error" />
          {t('user.idle', { name: user.name })}
        </p>
      )}
      <Facts user={user} />
      {isOurs && <RightsPanel user={user} />}
      {isOurs && may(who, 'iam:GetAccess') && (
        <p>
          <a href={`#/people/access/${user.id}`}>{t('reach.what')}</a>
        </p>
      )}
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
        <div>
          <dt>{t('user.status')}</dt>
          <dd>
            <StatusMark active={user.active} />
          </dd>
        </div>
        <div>
          <dt>{t('user.role')}</dt>
          <dd className="row">
            {t(`role.${user.role}`)}
            <PrivilegedMark privileged={user.privileged} />
          </dd>
        </div>
        <div>
          <dt>{t('account.second_factor')}</dt>
          <dd>
            <FactorsMark user={user} />
          </dd>
        </div>
        <div>
          <dt>{t('user.last_sign_in')}</dt>
          <dd>
            <Moment us={user.last_sign_in_us} />
          </dd>
        </div>
        <div>
          <dt>{t('time.created')}</dt>
          <dd>
            <Moment us={user.created_us} />
          </dd>
        </div>
        <div className="wide">
          <dt>{t('user.email')}</dt>
          <dd>{user.email === '' ? <span className="soft">–</span> : user.email}</dd>
        </div>
      </dl>
    </Panel>
  );
}

function Suspension({ user }: { user: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  // Nobody suspends the account that it acts with.
  if (!may(who, 'iam:SetUserActive') || user.id === who.user.id) return null;
  const act = user.active ? 'suspend' : 'reactivate';
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t(`user.${act}`)}
      </Button>
      {asking && (
        <Confirm
          title={t(`user.${act}`)}
          action={t(`user.${act}`)}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await identity.setActive(user.id, !user.active);
            await askAgain(queries, ['user']);
            await askAgain(queries, ['users']);
            await askAgain(queries, ['sessions']);
          }}
        >
          {t(`user.${act}.ask`, { name: user.name })}
        </Confirm>
      )}
    </>
  );
}

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { isRequestNeeded } from '../api/problem';
import { roles } from '../api/routes';
import type { AssumableRole, RoleSession } from '../api/types';
import { Copyable } from '../elements/copyable';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { may, useWho } from '../shell/rights';
import { AskForm } from './ask_form';
import { ChooseProfile } from './choose_profile';
import { HeldPanel, ThingName } from './held_panel';
import { PrivilegedMark } from './marks';
import { faultOfText } from './policy_editor';
import { DeleteThing, ReadFirst, ThingPage } from './thing_page';
import { TrustForm } from './trust_form';

export function AssumedRolePage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['assumed-roles', id], queryFn: () => roles.one(id) });
  return (
    <ThingPage
      kind={t('assumed')}
      at="assumed-roles"
      query={query}
      actions={(role) => (
        <DeleteThing
          at="assumed-roles"
          id={role.id}
          right="iam:DeleteRole"
          label={t('assumed.delete')}
          ask={t('assumed.delete.ask', { name: role.name })}
          remove={() => roles.remove(role.id)}
        />
      )}
    >
      {(found) => (
        <>
          <Panel title={t('assumed.arn')}>
            <Copyable label={t('assumed.arn')} value={found.arn} />
          </Panel>
          <Profiles role={found} query={query} />
          <Trust role={found} />
          <Sessions role={found} />
        </>
      )}
    </ThingPage>
  );
}

function Profiles({ role, query }: { role: AssumableRole; query: UseQueryResult<AssumableRole> }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const again = () => askAgain(queries, ['assumed-roles']);
  return (
    <HeldPanel
      title={t('assumed.profiles')}
      lead={t('assumed.profiles.means')}
      query={query}
      columns={[t('profile'), t('rights.since'), t('time.expires')]}
      nothing={{ icon: 'annex', title: t('assumed.profiles.none') }}
      rows={({ profiles }) =>
        profiles.map((each) => ({
          key: each.profile,
          head: (
            <span className="row">
              <ThingName kind="profiles" id={each.profile} name={each.name} />
              <PrivilegedMark privileged={each.privileged} />
            </span>
          ),
          cells: [<Moment us={each.since_us} />, <Moment us={each.expires_us} never="–" />],
          take: {
            label: t('rights.withdraw.of', { name: each.name }),
            ask: t('rights.withdraw.ask', { profile: each.name, name: role.name }),
            run: async () => {
              await roles.withdraw(role.id, each.profile);
              await again();
            },
          },
        }))
      }
      take={
        may(who, 'iam:WithdrawProfile')
          ? { action: t('rights.withdraw'), title: t('rights.withdraw') }
          : null
      }
      give={
        may(who, 'iam:GiveProfile')
          ? {
              action: t('rights.give'),
              dialog: ({ profiles }, close) => (
                <ChooseProfile
                  title={t('rights.give.to', { name: role.name })}
                  note={t('assumed.profiles.means')}
                  action={t('rights.give')}
                  taken={profiles.map(({ profile }) => profile)}
                  askBy={(profile) => (
                    <AskForm asked={{ profile, assumable_role: role.id }} onClose={close} />
                  )}
                  onClose={close}
                  onChoose={async (profile) => {
                    await roles.give(role.id, profile);
                    await again();
                  }}
                />
              ),
            }
          : null
      }
    />
  );
}

function Trust({ role }: { role: AssumableRole }) {
  const { t, language } = useSpeech();
  return (
    <ReadFirst
      title={() => t('assumed.who')}
      right="iam:ChangeRole"
      form={(onDone) => <ChangeTrust role={role} onDone={onDone} />}
    >
      <p>
        {t('assumed.longest')}: {formatDuration(role.session_max_us, language)}
      </p>
      <p>
        {t('assumed.last')}: <Moment us={role.last_assumed_us} never="–" />
      </p>
      {role.trust === null ? (
        <p>{t('assumed.trusts_nobody')}</p>
      ) : (
        <pre className="code" tabIndex={0} aria-label={t('assumed.trust')}>
          {write(role.trust)}
        </pre>
      )}
    </ReadFirst>
  );
}

function ChangeTrust({ role, onDone }: { role: AssumableRole; onDone: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [text, setText] = useState(() => (role.trust === null ? '' : write(role.trust)));
  const [seconds, setSeconds] = useState(role.session_max_us / 1e6);
  const save = useMutation({
    mutationFn: () => {
      const fault = faultOfText(text);
      if (fault !== null) throw fault;
      return roles.change(role.id, text, seconds * 1e6);
    },
    onSuccess: async () => {
      await askAgain(queries, ['assumed-roles']);
      onDone();
    },
  });
  return (
    <div className="stack">
      <TrustForm
        text={text}
        onText={setText}
        seconds={seconds}
        onSeconds={setSeconds}
        error={save.error}
      />
      {isRequestNeeded(save.error) && faultOfText(text) === null && (
        <AskForm
          asked={{ assumable_role: role.id, trust: JSON.parse(text) as Record<string, never> }}
          onClose={onDone}
        />
      )}
      <div className="row">
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t('access.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <span className="soft">{t('assumed.open_stay')}</span>
      </div>
    </div>
  );
}

function Sessions({ role }: { role: AssumableRole }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const sees = may(who, 'iam:ListRoleSessions');
  const query = useQuery({
    queryKey: ['assumed-roles', role.id, 'sessions'],
    queryFn: () => roles.sessions(role.id),
    enabled: sees,
  });
  if (!sees) return null;
  return (
    <HeldPanel
      title={t('assumed.sessions')}
      query={query}
      columns={[
        t('assumed.session'),
        t('assumed.by'),
        t('account.access_keys.id'),
        t('time.expires'),
      ]}
      nothing={{ icon: 'account', title: t('account.sessions.none') }}
      rows={(sessions) =>
        sessions.map((each) => ({
          key: each.id,
          head: <span className="wrap-anywhere">{each.name}</span>,
          cells: [
            <Beginner key="by" session={each} />,
            <code>{each.id}</code>,
            <Moment us={each.expires_us} />,
          ],
          take: {
            label: t('assumed.revoke.of', { name: each.name }),
            ask: t('assumed.revoke.ask', { name: each.name }),
            run: async () => {
              await roles.revoke(each.id);
              await askAgain(queries, ['assumed-roles']);
            },
          },
        }))
      }
      give={null}
      take={
        may(who, 'iam:RevokeRoleSession')
          ? { action: t('account.sessions.end'), title: t('account.sessions.end') }
          : null
      }
    />
  );
}

// Who assumed the role; of a program, whose token began it.
function Beginner({ session }: { session: RoleSession }) {
  const { t } = useSpeech();
  if (session.issuer === null) {
    return <code className="wrap-anywhere">{session.assumed_by}</code>;
  }
  return (
    <>
      <code className="wrap-anywhere">{session.subject}</code>{' '}
      <span className="soft wrap-anywhere">
        {t('assumed.token_of', { issuer: session.issuer })}
      </span>
    </>
  );
}

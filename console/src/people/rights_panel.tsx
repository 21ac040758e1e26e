import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { rights } from '../api/routes';
import type { Holding, User } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ChooseProfile } from './choose_profile';
import { HeldPanel, ThingName, type Held } from './held_panel';
import { isAdministrator, PrivilegedMark } from './marks';

// What a user may do: by its role, by profiles given to it or to its groups, and at most.
export function RightsPanel({ user }: { user: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['holdings', user.id],
    queryFn: () => rights.holdings(user.id),
  });
  const bound = isAdministrator(user);
  const holder = { kind: 'users', id: user.id } as const;
  const rowOf = (each: Holding): Held => ({
    key: `${each.profile} ${each.group ?? ''}`,
    head: (
      <span className="row">
        <ProfileName profile={each} />
        <PrivilegedMark privileged={each.privileged} />
      </span>
    ),
    cells: [
      <Source holding={each} />,
      <Moment us={each.since_us} />,
      <Moment us={each.expires_us} never={t('time.never_ends')} />,
    ],
    take:
      each.group !== null
        ? null
        : {
            label: t('rights.withdraw.of', { name: each.name }),
            ask: t('rights.withdraw.ask', { profile: each.name, name: user.name }),
            run: async () => {
              await rights.withdraw(each.profile, holder);
              await askAgain(queries, ['holdings']);
            },
          },
  });
  return (
    <HeldPanel
      title={t('rights.title')}
      lead={t(bound ? 'rights.administrator' : 'rights.lead')}
      query={query}
      columns={[t('rights.what'), t('rights.how'), t('rights.since'), t('time.expires')]}
      nothing={{ icon: 'annex', title: t('rights.title') }}
      rows={(held) => [
        {
          key: 'role',
          head: <a href={`#/people/roles/${user.role}`}>{t(`role.${user.role}`)}</a>,
          cells: [
            t('rights.by_role'),
            <Moment us={user.created_us} />,
            <Moment us={user.role_until_us} never={t('time.never_ends')} />,
          ],
          take: null,
        },
        ...held.profiles.map(rowOf),
      ]}
      take={
        may(who, 'iam:WithdrawProfile')
          ? { action: t('rights.withdraw'), title: t('rights.withdraw') }
          : null
      }
      give={
        may(who, 'iam:GiveProfile') && !bound
          ? {
              action: t('rights.give'),
              dialog: (held, close) => (
                <ChooseProfile
                  title={t('rights.give.to', { name: user.name })}
                  note={t('rights.give.means')}
                  action={t('rights.give')}
                  taken={held.profiles
                    .filter(({ group }) => group === null)
                    .map(({ profile }) => profile)}
                  ask={(profile) => ({ profile, user: user.id })}
                  onClose={close}
                  onChoose={async (profile) => {
                    await rights.give(profile, holder);
                    await askAgain(queries, ['holdings']);
                    await askAgain(queries, ['user']);
                  }}
                />
              ),
            }
          : null
      }
    >
      {(held) => !bound && <Boundary user={user} boundary={held.boundary} />}
    </HeldPanel>
  );
}

function ProfileName({ profile }: { profile: Holding }) {
  const opens = may(useWho(), 'iam:GetProfile');
  return <ThingName kind="profiles" id={profile.profile} name={profile.name} opens={opens} />;
}

function Source({ holding: { group, group_name } }: { holding: Holding }) {
  const { t } = useSpeech();
  const opens = may(useWho(), 'iam:ListGroups');
  if (group === null) return <>{t('rights.itself')}</>;
  return (
    <>
      {t('rights.by_group')}{' '}
      <ThingName kind="groups" id={group} name={group_name ?? ''} opens={opens} />
    </>
  );
}

function Boundary({ user, boundary }: { user: User; boundary: Holding | null }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'set' | 'remove' | null>(null);
  const mayChange = may(who, 'iam:SetBoundary') && user.id !== who.user.id;
  const again = () => askAgain(queries, ['holdings']);
  return (
    <div className="panel-body spread boundary">
      <div>
        <h3>{t('boundary.title')}</h3>
        <p className={boundary === null ? 'soft' : ''}>
          {boundary === null ? t('boundary.none') : <ProfileName profile={boundary} />}
        </p>
      </div>
      {mayChange && (
        <div className="row">
          <Button variant="default" size="sm" onClick={() => setAsking('set')}>
            {t('boundary.set')}
          </Button>
          {boundary !== null && (
            <Button variant="default" size="sm" onClick={() => setAsking('remove')}>
              {t('boundary.remove')}
            </Button>
          )}
        </div>
      )}
      {asking === 'set' && (
        <ChooseProfile
          title={t('boundary.of', { name: user.name })}
          note={t('boundary.means')}
          action={t('boundary.set')}
          taken={boundary === null ? [] : [boundary.profile]}
          onClose={() => setAsking(null)}
          onChoose={async (profile) => {
            await rights.setBoundary(user.id, profile);
            await again();
          }}
        />
      )}
      {asking === 'remove' && (
        <Confirm
          title={t('boundary.remove')}
          action={t('boundary.remove')}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await rights.removeBoundary(user.id);
            await again();
          }}
        >
          {t('boundary.remove.ask', { name: user.name })}
        </Confirm>
      )}
    </div>
  );
}

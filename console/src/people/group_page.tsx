import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askAgain } from '../api/again';
import { Problem } from '../api/problem';
import { rights } from '../api/routes';
import type { Group } from '../api/types';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ChooseProfile } from './choose_profile';
import { ChooseUser } from './choose_user';
import { HeldPanel, ThingName } from './held_panel';
import { isAdministrator, PrivilegedMark } from './marks';
import { DeleteThing, ThingPage } from './thing_page';

export function GroupPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['groups', id],
    queryFn: async () => {
      const found = (await rights.groups()).find((group) => group.id === id);
      if (found === undefined) throw new Problem(404, 'console.no_group', '', '');
      return found;
    },
  });
  return (
    <ThingPage
      kind={t('group')}
      at="groups"
      query={query}
      actions={(group) => (
        <DeleteThing
          at="groups"
          id={group.id}
          right="iam:DeleteGroup"
          label={t('groups.delete')}
          ask={t('groups.delete.ask', { name: group.name })}
          remove={() => rights.deleteGroup(group.id)}
        />
      )}
    >
      {(group) => (
        <>
          <Profiles group={group} />
          <Members group={group} />
        </>
      )}
    </ThingPage>
  );
}

function Profiles({ group }: { group: Group }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['group-profiles', group.id],
    queryFn: () => rights.groupProfiles(group.id),
  });
  const again = () => askAgain(queries, ['group-profiles']);
  const holder = { kind: 'groups', id: group.id } as const;
  return (
    <HeldPanel
      title={t('groups.profiles')}
      query={query}
      columns={[t('profile'), t('rights.since'), t('time.expires')]}
      nothing={{ icon: 'annex', title: t('groups.profiles.none') }}
      rows={({ profiles }) =>
        profiles.map((each) => ({
          key: each.profile,
          head: (
            <span className="row">
              <ThingName kind="profiles" id={each.profile} name={each.name} />
              <PrivilegedMark privileged={each.privileged} />
            </span>
          ),
          cells: [
            <Moment us={each.since_us} />,
            <Moment us={each.expires_us} never={t('time.never_ends')} />,
          ],
          take: {
            label: t('rights.withdraw.of', { name: each.name }),
            ask: t('rights.withdraw.ask', { profile: each.name, name: group.name }),
            run: async () => {
              await rights.withdraw(each.profile, holder);
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
                  title={t('rights.give.to', { name: group.name })}
                  note={t('rights.give.means')}
                  action={t('rights.give')}
                  taken={profiles.map(({ profile }) => profile)}
                  ask={(profile) => ({ profile, group: group.id })}
                  onClose={close}
                  onChoose={async (profile) => {
                    await rights.give(profile, holder);
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

function Members({ group }: { group: Group }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['members', group.id],
    queryFn: () => rights.members(group.id),
  });
  const again = async () => {
    await askAgain(queries, ['members']);
    await askAgain(queries, ['groups']);
  };
  const mayChange = may(who, 'iam:ChangeGroup');
  return (
    <HeldPanel
      title={t('groups.members')}
      query={query}
      columns={[t('user.name'), t('rights.since')]}
      nothing={{ icon: 'users', title: t('groups.members.none') }}
      rows={(members) =>
        members.map((each) => ({
          key: each.user,
          head: <ThingName kind="users" id={each.user} name={each.name} />,
          cells: [<Moment us={each.since_us} />],
          take: {
            label: t('account.remove.of', { name: each.name }),
            ask: t('groups.remove.ask', { name: each.name, group: group.name }),
            run: async () => {
              await rights.removeMember(group.id, each.user);
              await again();
            },
          },
        }))
      }
      take={mayChange ? { action: t('action.remove'), title: t('groups.remove') } : null}
      give={
        mayChange
          ? {
              action: t('groups.add'),
              dialog: (members, close) => (
                <AddMember
                  group={group}
                  taken={members.map(({ user }) => user)}
                  onAdded={again}
                  onClose={close}
                />
              ),
            }
          : null
      }
    />
  );
}

function AddMember({
  group,
  taken,
  onAdded,
  onClose,
}: {
  group: Group;
  taken: readonly string[];
  onAdded: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  return (
    <ChooseUser
      title={t('groups.add.to', { name: group.name })}
      note={t('groups.add.means')}
      nothing={t('groups.add.none')}
      action={t('groups.add')}
      taken={taken}
      fits={(user) => !isAdministrator(user)}
      ask={(user) => ({ user, group: group.id })}
      onClose={onClose}
      onChoose={async (user) => {
        await rights.addMember(group.id, user);
        await onAdded();
      }}
    />
  );
}

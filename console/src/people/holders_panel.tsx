import { useQuery, useQueryClient } from '@tanstack/react-query';
import { askAgain } from '../api/again';
import { identity, rights, type Holder } from '../api/routes';
import type { Profile, ProfileHolder } from '../api/types';
import { AwaitingDialog } from '../elements/awaiting_dialog';
import { Moment } from '../elements/moment';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choose } from './choose';
import { HeldPanel, ThingName } from './held_panel';
import { askedFor, holderIn, holdersAmong } from './holders';

function holderOf({ user, group }: ProfileHolder): Holder {
  return user === null ? { kind: 'groups', id: group ?? '' } : { kind: 'users', id: user };
}

// Whose boundary a profile is, and to which groups and users it is given.
export function HoldersPanel({ profile }: { profile: Profile }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['holders', profile.id],
    queryFn: () => rights.holders(profile.id),
  });
  return (
    <HeldPanel
      title={t('holders.title')}
      query={query}
      columns={[t('holders.who'), t('rights.how'), t('rights.since')]}
      nothing={{ icon: 'users', title: t('holders.none') }}
      rows={(holders) =>
        holders.map((each) => {
          const holder = holderOf(each);
          const { kind, id } = holder;
          return {
            key: `${String(each.boundary)} ${kind} ${id}`,
            head: <ThingName kind={kind} id={id} name={each.name} />,
            cells: [
              t(each.boundary ? 'holders.boundary' : `holders.${kind}`),
              <Moment us={each.since_us} />,
            ],
            take: each.boundary
              ? null
              : {
                  label: t('holders.withdraw.from', { name: each.name }),
                  ask: t('rights.withdraw.ask', { profile: profile.name, name: each.name }),
                  run: async () => {
                    await rights.withdraw(profile.id, holder);
                    await askAgain(queries, ['holders']);
                  },
                },
          };
        })
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
              dialog: (holders, close) => (
                <GiveTo profile={profile} holders={holders} onClose={close} />
              ),
            }
          : null
      }
    />
  );
}

function GiveTo({
  profile,
  holders,
  onClose,
}: {
  profile: Profile;
  holders: readonly ProfileHolder[];
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const users = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
  });
  const groups = useQuery({ queryKey: ['groups'], queryFn: rights.groups });
  const title = t('holders.give', { profile: profile.name });
  const taken = holders.filter(({ boundary }) => !boundary).map((each) => holderOf(each).id);
  return (
    <AwaitingDialog query={users} title={title} onClose={onClose}>
      {(persons) => (
        <AwaitingDialog query={groups} title={title} onClose={onClose}>
          {(units) => {
            const found = holdersAmong(persons, units, taken);
            return (
              <Choose
                title={title}
                label={t('holders.to')}
                note={t('groups.add.means')}
                nothing={t('holders.nobody')}
                action={t('rights.give')}
                groups={(['groups', 'users'] as const).map((kind) => ({
                  name: t(`people.${kind}`),
                  items: found[kind],
                }))}
                ask={(value) => askedFor(profile.id, holderIn(value))}
                onClose={onClose}
                onChoose={async (value) => {
                  await rights.give(profile.id, holderIn(value));
                  await askAgain(queries, ['holders']);
                }}
              />
            );
          }}
        </AwaitingDialog>
      )}
    </AwaitingDialog>
  );
}

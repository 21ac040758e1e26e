import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity, rights, type Holder } from '../api/routes';
import type { Profile, ProfileHolder } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choose } from './choose';
import { isAdministrator } from './rights_panel';

// Whose boundary a profile is, and to which groups and users it is given.
export function HoldersPanel({ profile }: { profile: Profile }) {
  const { t } = useSpeech();
  const who = useWho();
  const [giving, setGiving] = useState(false);
  const query = useQuery({
    queryKey: ['holders', profile.id],
    queryFn: () => rights.holders(profile.id),
  });
  const give = may(who, 'iam:GiveProfile') && (
    <Button size="sm" leftSection={<Icon name="plus" />} onClick={() => setGiving(true)}>
      {t('rights.give')}
    </Button>
  );
  return (
    <Panel title={t('holders.title')} flush aside={give}>
      <Answer query={query}>
        {(holders) => (
          <>
            {holders.length === 0 ? (
              <Empty icon="users" title={t('holders.none')} />
            ) : (
              <HolderTable profile={profile} holders={holders} />
            )}
            {giving && (
              <GiveTo profile={profile} holders={holders} onClose={() => setGiving(false)} />
            )}
          </>
        )}
      </Answer>
    </Panel>
  );
}

function holderOf({ user, group }: ProfileHolder): Holder {
  return user === null ? { kind: 'groups', id: group ?? '' } : { kind: 'users', id: user };
}

function HolderTable({ profile, holders }: { profile: Profile; holders: ProfileHolder[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<ProfileHolder | null>(null);
  const mayWithdraw = may(who, 'iam:WithdrawProfile');
  return (
    <>
      <Table
        columns={[t('holders.who'), t('rights.how'), t('rights.since')]}
        acts={mayWithdraw}
        label={t('holders.title')}
      >
        {holders.map((each) => {
          const { kind, id } = holderOf(each);
          return (
            <tr key={`${String(each.boundary)} ${kind} ${id}`}>
              <th scope="row" className="disk-cell">
                <a href={`#/people/${kind}/${id}`} className="wrap-anywhere">
                  {each.name}
                </a>
              </th>
              <td>{t(each.boundary ? 'holders.boundary' : `holders.${kind}`)}</td>
              <td>
                <Moment us={each.since_us} />
              </td>
              {mayWithdraw && (
                <td className="numeric">
                  {!each.boundary && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={t('holders.withdraw.from', { name: each.name })}
                      onClick={() => setDoomed(each)}
                    >
                      {t('rights.withdraw')}
                    </Button>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </Table>
      {doomed !== null && (
        <Confirm
          title={t('rights.withdraw')}
          action={t('rights.withdraw')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await rights.withdraw(profile.id, holderOf(doomed));
            await askAgain(queries, ['holders']);
          }}
        >
          {t('rights.withdraw.ask', { profile: profile.name, name: doomed.name })}
        </Confirm>
      )}
    </>
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
  if (users.data === undefined || groups.data === undefined) return null;
  const taken = holders.filter(({ boundary }) => !boundary).map(({ user, group }) => user ?? group);
  const optionsOf = (kind: Holder['kind'], things: { id: string; name: string }[]) => ({
    name: t(`people.${kind}`),
    items: things
      .filter(({ id }) => !taken.includes(id))
      .map(({ id, name }) => ({ value: `${kind} ${id}`, label: name })),
  });
  return (
    <Choose
      title={t('holders.give', { profile: profile.name })}
      label={t('holders.to')}
      note={t('groups.add.means')}
      nothing={t('holders.nobody')}
      action={t('rights.give')}
      groups={[
        optionsOf('groups', groups.data),
        optionsOf(
          'users',
          users.data.filter((user) => !isAdministrator(user)),
        ),
      ]}
      onClose={onClose}
      onChoose={async (value) => {
        const [kind, id] = value.split(' ');
        await rights.give(profile.id, { kind: kind as Holder['kind'], id: id ?? '' });
        await askAgain(queries, ['holders']);
      }}
    />
  );
}

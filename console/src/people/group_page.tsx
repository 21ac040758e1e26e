import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { Problem } from '../api/problem';
import { identity, rights } from '../api/routes';
import type { Group, GroupMember, Holding } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choose } from './choose';
import { PrivilegedMark } from './marks';
import { BackTo } from './people_tabs';
import { isAdministrator } from './rights_panel';

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
    <Page
      title={query.data?.name ?? t('group')}
      above={<BackTo at="groups" />}
      actions={query.data !== undefined && <DeleteGroup group={query.data} />}
    >
      <Answer query={query}>
        {(group) => (
          <>
            <Profiles group={group} />
            <Members group={group} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function DeleteGroup({ group }: { group: Group }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  if (!may(who, 'iam:DeleteGroup')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('groups.delete')}
      </Button>
      {asking && (
        <Confirm
          title={t('groups.delete')}
          action={t('groups.delete')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await rights.deleteGroup(group.id);
            window.location.hash = '#/people/groups';
            queries.removeQueries({ queryKey: ['groups', group.id] });
            await askAgain(queries, ['groups']);
          }}
        >
          {t('groups.delete.ask', { name: group.name })}
        </Confirm>
      )}
    </>
  );
}

function Profiles({ group }: { group: Group }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [giving, setGiving] = useState(false);
  const [doomed, setDoomed] = useState<Holding | null>(null);
  const query = useQuery({
    queryKey: ['group-profiles', group.id],
    queryFn: () => rights.groupProfiles(group.id),
  });
  const again = () => askAgain(queries, ['group-profiles']);
  const mayWithdraw = may(who, 'iam:WithdrawProfile');
  const give = may(who, 'iam:GiveProfile') && (
    <Button size="sm" leftSection={<Icon name="plus" />} onClick={() => setGiving(true)}>
      {t('rights.give')}
    </Button>
  );
  return (
    <Panel title={t('groups.profiles')} flush aside={give}>
      <Answer query={query}>
        {({ profiles }) => (
          <>
            {profiles.length === 0 ? (
              <Empty icon="annex" title={t('groups.profiles.none')} />
            ) : (
              <Table
                columns={[t('profile'), t('rights.since')]}
                acts={mayWithdraw}
                label={t('groups.profiles')}
              >
                {profiles.map((each) => (
                  <tr key={each.profile}>
                    <th scope="row" className="disk-cell">
                      <span className="row">
                        <a href={`#/people/profiles/${each.profile}`} className="wrap-anywhere">
                          {each.name}
                        </a>
                        <PrivilegedMark privileged={each.privileged} />
                      </span>
                    </th>
                    <td>
                      <Moment us={each.since_us} />
                    </td>
                    {mayWithdraw && (
                      <td className="numeric">
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={t('rights.withdraw.of', { name: each.name })}
                          onClick={() => setDoomed(each)}
                        >
                          {t('rights.withdraw')}
                        </Button>
                      </td>
                    )}
                  </tr>
                ))}
              </Table>
            )}
            {giving && (
              <GiveToGroup
                group={group}
                taken={profiles.map(({ profile }) => profile)}
                onClose={() => setGiving(false)}
              />
            )}
          </>
        )}
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('rights.withdraw')}
          action={t('rights.withdraw')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await rights.withdraw(doomed.profile, { kind: 'groups', id: group.id });
            await again();
          }}
        >
          {t('rights.withdraw.ask', { profile: doomed.name, name: group.name })}
        </Confirm>
      )}
    </Panel>
  );
}

function GiveToGroup({
  group,
  taken,
  onClose,
}: {
  group: Group;
  taken: readonly string[];
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  if (query.data === undefined) return null;
  return (
    <Choose
      title={t('rights.give.to', { name: group.name })}
      label={t('profile')}
      note={t('rights.give.means')}
      nothing={t('rights.give.none')}
      action={t('rights.give')}
      groups={[
        {
          name: null,
          items: query.data
            .filter(({ id }) => !taken.includes(id))
            .map(({ id, name }) => ({ value: id, label: name })),
        },
      ]}
      onClose={onClose}
      onChoose={async (profile) => {
        await rights.give(profile, { kind: 'groups', id: group.id });
        await askAgain(queries, ['group-profiles']);
      }}
    />
  );
}

function Members({ group }: { group: Group }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<GroupMember | null>(null);
  const query = useQuery({
    queryKey: ['members', group.id],
    queryFn: () => rights.members(group.id),
  });
  const again = async () => {
    await askAgain(queries, ['members']);
    await askAgain(queries, ['groups']);
  };
  const mayChange = may(who, 'iam:ChangeGroup');
  const add = mayChange && (
    <Button size="sm" leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
      {t('groups.add')}
    </Button>
  );
  return (
    <Panel title={t('groups.members')} flush aside={add}>
      <Answer query={query}>
        {(members) => (
          <>
            {members.length === 0 ? (
              <Empty icon="users" title={t('groups.members.none')} />
            ) : (
              <MemberTable members={members} onRemove={mayChange ? setDoomed : null} />
            )}
            {adding && (
              <AddMember
                group={group}
                taken={members.map(({ user }) => user)}
                onAdded={again}
                onClose={() => setAdding(false)}
              />
            )}
          </>
        )}
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('groups.remove')}
          action={t('groups.remove')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await rights.removeMember(group.id, doomed.user);
            await again();
          }}
        >
          {t('groups.remove.ask', { name: doomed.name, group: group.name })}
        </Confirm>
      )}
    </Panel>
  );
}

function MemberTable({
  members,
  onRemove,
}: {
  members: GroupMember[];
  onRemove: ((member: GroupMember) => void) | null;
}) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[t('user.name'), t('rights.since')]}
      acts={onRemove !== null}
      label={t('groups.members')}
    >
      {members.map((each) => (
        <tr key={each.user}>
          <th scope="row" className="disk-cell">
            <a href={`#/people/users/${each.user}`} className="wrap-anywhere">
              {each.name}
            </a>
          </th>
          <td>
            <Moment us={each.since_us} />
          </td>
          {onRemove !== null && (
            <td className="numeric">
              <Button
                size="compact-sm"
                variant="default"
                aria-label={t('account.remove.of', { name: each.name })}
                onClick={() => onRemove(each)}
              >
                {t('action.remove')}
              </Button>
            </td>
          )}
        </tr>
      ))}
    </Table>
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
  const who = useWho();
  const query = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
  });
  if (query.data === undefined) return null;
  return (
    <Choose
      title={t('groups.add.to', { name: group.name })}
      label={t('user')}
      note={t('groups.add.means')}
      nothing={t('groups.add.none')}
      action={t('groups.add')}
      groups={[
        {
          name: null,
          items: query.data
            .filter((user) => !taken.includes(user.id) && !isAdministrator(user))
            .map(({ id, name }) => ({ value: id, label: name })),
        },
      ]}
      onClose={onClose}
      onChoose={async (user) => {
        await rights.addMember(group.id, user);
        await onAdded();
      }}
    />
  );
}

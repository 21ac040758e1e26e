import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { rights } from '../api/routes';
import type { Holding, Holdings, User } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choose } from './choose';
import { PrivilegedMark } from './marks';

export const isAdministrator = ({ role }: Pick<User, 'role'>) =>
  role === 'provider_administrator' || role === 'operator' || role === 'tenant_administrator';

// What a user may do: by its role, by profiles given to it or to its groups, and at most.
export function RightsPanel({ user }: { user: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const [giving, setGiving] = useState(false);
  const query = useQuery({
    queryKey: ['holdings', user.id],
    queryFn: () => rights.holdings(user.id),
  });
  const bound = isAdministrator(user);
  const mayGive = may(who, 'iam:GiveProfile') && !bound;
  return (
    <Panel
      title={t('rights.title')}
      flush
      aside={
        mayGive && (
          <Button size="sm" leftSection={<Icon name="plus" />} onClick={() => setGiving(true)}>
            {t('rights.give')}
          </Button>
        )
      }
    >
      <p className="panel-body soft">{t(bound ? 'rights.administrator' : 'rights.lead')}</p>
      <Answer query={query}>
        {(held) => (
          <>
            <HeldTable user={user} held={held} />
            {!bound && <Boundary user={user} boundary={held.boundary} />}
            {giving && (
              <GiveProfile user={user} held={held.profiles} onClose={() => setGiving(false)} />
            )}
          </>
        )}
      </Answer>
    </Panel>
  );
}

function HeldTable({ user, held }: { user: User; held: Holdings }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<Holding | null>(null);
  const mayWithdraw = may(who, 'iam:WithdrawProfile');
  return (
    <>
      <Table
        columns={[t('rights.what'), t('rights.how'), t('rights.since')]}
        acts={mayWithdraw}
        label={t('rights.title')}
      >
        <tr>
          <th scope="row" className="disk-cell">
            <a href={`#/people/roles/${user.role}`}>{t(`role.${user.role}`)}</a>
          </th>
          <td>{t('rights.by_role')}</td>
          <td>
            <Moment us={user.created_us} />
          </td>
          {mayWithdraw && <td />}
        </tr>
        {held.profiles.map((each) => (
          <tr key={`${each.profile} ${each.group ?? ''}`}>
            <th scope="row" className="disk-cell">
              <span className="row">
                <ProfileName profile={each} />
                <PrivilegedMark privileged={each.privileged} />
              </span>
            </th>
            <td>
              <Source holding={each} />
            </td>
            <td>
              <Moment us={each.since_us} />
            </td>
            {mayWithdraw && (
              <td className="numeric">
                {each.group === null && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('rights.withdraw.of', { name: each.name })}
                    onClick={() => setDoomed(each)}
                  >
                    {t('rights.withdraw')}
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
      {doomed !== null && (
        <Confirm
          title={t('rights.withdraw')}
          action={t('rights.withdraw')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await rights.withdraw(doomed.profile, { kind: 'users', id: user.id });
            await askAgain(queries, ['holdings']);
          }}
        >
          {t('rights.withdraw.ask', { profile: doomed.name, name: user.name })}
        </Confirm>
      )}
    </>
  );
}

function ProfileName({ profile }: { profile: Holding }) {
  const who = useWho();
  return may(who, 'iam:GetProfile') ? (
    <a href={`#/people/profiles/${profile.profile}`} className="wrap-anywhere">
      {profile.name}
    </a>
  ) : (
    <span className="wrap-anywhere">{profile.name}</span>
  );
}

function Source({ holding }: { holding: Holding }) {
  const { t } = useSpeech();
  const who = useWho();
  if (holding.group === null) return <>{t('rights.itself')}</>;
  if (!may(who, 'iam:ListGroups')) return <>{holding.group_name}</>;
  return (
    <>
      {t('rights.by_group')}{' '}
      <a href={`#/people/groups/${holding.group}`} className="wrap-anywhere">
        {holding.group_name}
      </a>
    </>
  );
}

function useProfileOptions(taken: readonly string[]) {
  const query = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  const options = (query.data ?? [])
    .filter(({ id }) => !taken.includes(id))
    .map(({ id, name }) => ({ value: id, label: name }));
  return { query, options };
}

function GiveProfile({
  user,
  held,
  onClose,
}: {
  user: User;
  held: readonly Holding[];
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const taken = held.filter(({ group }) => group === null).map(({ profile }) => profile);
  const { query, options } = useProfileOptions(taken);
  if (query.data === undefined) return null;
  return (
    <Choose
      title={t('rights.give.to', { name: user.name })}
      label={t('profile')}
      note={t('rights.give.means')}
      nothing={t('rights.give.none')}
      action={t('rights.give')}
      groups={[{ name: null, items: options }]}
      onClose={onClose}
      onChoose={async (profile) => {
        await rights.give(profile, { kind: 'users', id: user.id });
        await askAgain(queries, ['holdings']);
        await askAgain(queries, ['user']);
      }}
    />
  );
}

function Boundary({ user, boundary }: { user: User; boundary: Holding | null }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<'set' | 'remove' | null>(null);
  const { query, options } = useProfileOptions(boundary === null ? [] : [boundary.profile]);
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
      {asking === 'set' && query.data !== undefined && (
        <Choose
          title={t('boundary.of', { name: user.name })}
          label={t('profile')}
          note={t('boundary.means')}
          nothing={t('rights.give.none')}
          action={t('boundary.set')}
          groups={[{ name: null, items: options }]}
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

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { register, rights } from '../api/routes';
import type { JobRole, NewJobRole } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { FormDialog } from '../elements/form_dialog';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import { Choices } from './choices';
import { optionsOf } from './choose';
import { BackTo, PeopleTabs } from './people_tabs';

const staffRoles = ['reader', 'member', 'operator', 'provider_administrator'] as const;
const otherRoles = ['reader', 'member', 'tenant_administrator'] as const;
type AccountRole = (typeof staffRoles)[number] | (typeof otherRoles)[number];

// What whoever has a job is given.
export function JobRolesPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [changed, setChanged] = useState<JobRole | 'new' | null>(null);
  const query = useQuery({ queryKey: ['job-roles'], queryFn: register.jobRoles });
  const create = may(who, 'people:SetJobRole') && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setChanged('new')}>
      {t('jobs.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.job-roles')}
      lead={t('jobs.lead')}
      above={<BackTo at="persons" />}
      actions={create}
    >
      <PeopleTabs at="persons" />
      <Panel title={t('people.job-roles')} flush>
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon="users" title={t('jobs.none')}>
                {t('jobs.none.todo')}
              </Empty>
            ) : (
              <JobRoleTable found={found} onChange={setChanged} />
            )
          }
        </Answer>
      </Panel>
      {changed !== null && (
        <JobRoleForm before={changed === 'new' ? null : changed} onClose={() => setChanged(null)} />
      )}
    </Page>
  );
}

function JobRoleTable({
  found,
  onChange,
}: {
  found: JobRole[];
  onChange: (role: JobRole) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const mayChange = may(who, 'people:SetJobRole');
  const mayDelete = may(who, 'people:DeleteJobRole');
  const given = ({ groups, profiles }: JobRole) =>
    [...groups, ...profiles].map(({ name }) => name ?? t('jobs.gives.gone')).join(', ');
  return (
    <Table
      columns={[
        t('person.name'),
        t('jobs.owner'),
        t('jobs.account_role'),
        t('jobs.gives'),
        { title: t('jobs.persons'), className: 'numeric' },
      ]}
      acts={mayChange || mayDelete}
      label={t('people.job-roles')}
    >
      {found.map((role) => (
        <tr key={role.id}>
          <th scope="row" className="wrap-anywhere">
            {role.name}
          </th>
          <td className="wrap-anywhere">{role.owner}</td>
          <td>{t(`role.${role.account_role as AccountRole}`)}</td>
          <td className="wrap-anywhere">
            {given(role) === '' ? (
              <span className="soft">{t('jobs.gives.nothing')}</span>
            ) : (
              given(role)
            )}
          </td>
          <td className="numeric">{role.persons}</td>
          {(mayChange || mayDelete) && (
            <td>
              <div className="row">
                {mayChange && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t('jobs.change.of', { name: role.name })}
                    onClick={() => onChange(role)}
                  >
                    {t('person.change')}
                  </Button>
                )}
                {mayDelete && (
                  <AskingButton
                    size="compact-sm"
                    label={t('action.delete')}
                    name={t('jobs.delete.of', { name: role.name })}
                    ask={t('jobs.delete.ask', { name: role.name })}
                    run={async () => {
                      await register.deleteJobRole(role.id);
                      await askAgain(queries, ['job-roles']);
                    }}
                  />
                )}
              </div>
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function JobRoleForm({ before, onClose }: { before: JobRole | null; onClose: () => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const lists = {
    groups: useQuery({ queryKey: ['groups'], queryFn: rights.groups }),
    profiles: useQuery({ queryKey: ['profiles'], queryFn: rights.profiles }),
  };
  const [wanted, setWanted] = useState<NewJobRole>({
    name: before?.name ?? '',
    owner: before?.owner ?? '',
    account_role: before?.account_role ?? 'reader',
    // What is deleted elsewhere is left out.
    groups: before?.groups.filter(({ name }) => name !== null).map(({ id }) => id) ?? [],
    profiles: before?.profiles.filter(({ name }) => name !== null).map(({ id }) => id) ?? [],
  });
  const change = (changed: Partial<NewJobRole>) => setWanted({ ...wanted, ...changed });
  return (
    <FormDialog
      title={t(before === null ? 'jobs.create' : 'jobs.change')}
      onClose={onClose}
      onSubmit={async () => {
        await (before === null
          ? register.createJobRole(wanted)
          : register.changeJobRole(before.id, wanted));
        await askAgain(queries, ['job-roles']);
      }}
    >
      <TextInput
        label={t('person.name')}
        required
        withAsterisk={false}
        maxLength={200}
        data-autofocus
        value={wanted.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('jobs.owner')}
        required
        withAsterisk={false}
        maxLength={200}
        value={wanted.owner}
        onChange={(event) => change({ owner: event.currentTarget.value })}
      />
      <NativeSelect
        label={t('jobs.account_role')}
        description={t('jobs.account_role.means')}
        data={(isStaff(who) ? staffRoles : otherRoles).map((role) => ({
          value: role,
          label: t(`role.${role}`),
        }))}
        value={wanted.account_role}
        onChange={(event) => change({ account_role: event.currentTarget.value })}
      />
      {(['groups', 'profiles'] as const).map((kind) => {
        const { data, isError, error, refetch } = lists[kind];
        if (isError) return <Failure key={kind} error={error} onRetry={() => void refetch()} />;
        if (data === undefined || data.length === 0) return null;
        return (
          <Choices
            key={kind}
            legend={t(`people.${kind}`)}
            options={optionsOf(data, [])}
            chosen={wanted[kind] ?? []}
            onChosen={(chosen) => change({ [kind]: chosen })}
          />
        );
      })}
    </FormDialog>
  );
}

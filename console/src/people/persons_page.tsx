import { Button, NativeSelect } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { register } from '../api/routes';
import type { Person } from '../api/types';
import { FormDialog } from '../elements/form_dialog';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { OverdueMark } from './checklist_marks';
import { dayOf, usOfDay } from './days';
import { ImportPeople } from './import_people';
import { PeopleTabs } from './people_tabs';
import { JobField, PersonFields, type Typed } from './person_form';

const states = ['all', 'present', 'future', 'left'] as const;
type State = (typeof states)[number];

// Who works here, was here and is to come.
export function PersonsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [state, setState] = useState<State>('all');
  const [doing, setDoing] = useState<'record' | 'import' | null>(null);
  const query = useQuery({
    queryKey: ['persons', state],
    queryFn: () => register.people(state),
  });
  const actions = (
    <>
      {may(who, 'people:ListJobRoles') && (
        <Button component="a" href="#/people/job-roles" variant="default">
          {t('people.job-roles')}
        </Button>
      )}
      {may(who, 'people:ListChecklistSteps') && (
        <Button component="a" href="#/people/checklists" variant="default">
          {t('people.checklists')}
        </Button>
      )}
      {may(who, 'people:ExportPeople') && (
        <Button
          component="a"
          href={register.exportAddress}
          download
          variant="default"
          leftSection={<Icon name="download" />}
        >
          {t('persons.export')}
        </Button>
      )}
      {may(who, 'people:ImportPeople') && (
        <Button variant="default" onClick={() => setDoing('import')}>
          {t('persons.import')}
        </Button>
      )}
      {may(who, 'people:RecordPerson') && (
        <Button leftSection={<Icon name="plus" />} onClick={() => setDoing('record')}>
          {t('persons.add')}
        </Button>
      )}
    </>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.persons')}
      lead={t('persons.lead')}
      actions={actions}
    >
      <PeopleTabs at="persons" />
      <NativeSelect
        className="narrow"
        label={t('persons.show')}
        data={states.map((each) => ({ value: each, label: t(`persons.state.${each}`) }))}
        value={state}
        onChange={(event) => setState(event.currentTarget.value as State)}
      />
      <Panel title={t('people.persons')} flush>
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon="users" title={t('persons.none')}>
                {t('persons.none.todo')}
              </Empty>
            ) : (
              <PersonTable found={found} />
            )
          }
        </Answer>
      </Panel>
      {doing === 'record' && <RecordPerson onClose={() => setDoing(null)} />}
      {doing === 'import' && <ImportPeople onClose={() => setDoing(null)} />}
    </Page>
  );
}

function PersonTable({ found }: { found: Person[] }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('person.name'),
        t('person.reference'),
        t('persons.state'),
        t('person.job'),
        t('person.starts'),
        t('person.ends'),
        t('person.accounts'),
      ]}
    >
      {found.map((each) => (
        <tr key={each.id}>
          <th scope="row" className="wrap-anywhere">
            <a href={`#/people/persons/${each.id}`}>{each.name}</a>{' '}
            <OverdueMark steps={each.overdue_steps} />
          </th>
          <td className="wrap-anywhere">{each.reference}</td>
          <td>{t(`persons.state.${each.state}`)}</td>
          <td className="wrap-anywhere">
            {each.jobs[0]?.name ?? <span className="soft">{t('person.job.none')}</span>}
          </td>
          <td>{dayOf(each.starts_us)}</td>
          <td>
            {each.ends_us === null ? (
              <span className="soft">{t('person.ends.never')}</span>
            ) : (
              dayOf(each.ends_us)
            )}
          </td>
          <td className="wrap-anywhere">{each.accounts.map(({ name }) => name).join(', ')}</td>
        </tr>
      ))}
    </Table>
  );
}

function RecordPerson({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [job, setJob] = useState('');
  const [typed, setTyped] = useState<Typed>({
    name: '',
    reference: '',
    kind: 'employee',
    email: '',
    starts: '',
    ends: '',
  });
  return (
    <FormDialog
      title={t('persons.add')}
      onClose={onClose}
      onSubmit={async () => {
        await register.record({
          name: typed.name.trim(),
          reference: typed.reference.trim(),
          kind: typed.kind,
          email: typed.email.trim(),
          starts_us: usOfDay(typed.starts) ?? 0,
          ends_us: usOfDay(typed.ends),
          job_role: job === '' ? null : job,
        });
        await askAgain(queries, ['persons']);
      }}
    >
      <PersonFields typed={typed} onTyped={(changed) => setTyped({ ...typed, ...changed })} />
      <JobField
        label={t('person.job')}
        description={t('person.job.first')}
        job={job}
        onJob={setJob}
      />
    </FormDialog>
  );
}

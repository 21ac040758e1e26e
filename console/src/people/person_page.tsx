import { Button, TextInput, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { register } from '../api/routes';
import type { Person } from '../api/types';
import { Fact } from '../elements/facts';
import { FormDialog } from '../elements/form_dialog';
import { Panel } from '../elements/page';
import { Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ChecklistPanels } from './checklist_panels';
import { ChooseUser } from './choose_user';
import { dayOf, usOfDay } from './days';
import { HeldPanel, ThingName } from './held_panel';
import { isPerson } from './marks';
import { JobField, PersonFields, type Typed } from './person_form';
import { ThingPage } from './thing_page';

type Doing = 'change' | 'move' | 'leave';

export function PersonPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const [doing, setDoing] = useState<Doing | null>(null);
  const query = useQuery({ queryKey: ['persons', 'one', id], queryFn: () => register.person(id) });
  const buttons: readonly [Doing, string][] = [
    ['change', 'people:ChangePerson'],
    ['move', 'people:ChangePerson'],
    ['leave', 'people:RecordDeparture'],
  ];
  return (
    <ThingPage
      kind={t('person')}
      at="persons"
      query={query}
      actions={() =>
        buttons
          .filter(([, right]) => may(who, right))
          .map(([each]) => (
            <Button key={each} variant="default" onClick={() => setDoing(each)}>
              {t(`person.${each}`)}
            </Button>
          ))
      }
    >
      {(person) => (
        <>
          <Facts person={person} />
          <Jobs person={person} />
          <Accounts person={person} query={query} />
          {may(who, 'people:GetChecklist') && <ChecklistPanels person={person} />}
          {doing === 'change' && <ChangePerson person={person} onClose={() => setDoing(null)} />}
          {doing === 'move' && <MovePerson person={person} onClose={() => setDoing(null)} />}
          {doing === 'leave' && <RecordLeave person={person} onClose={() => setDoing(null)} />}
        </>
      )}
    </ThingPage>
  );
}

function Facts({ person }: { person: Person }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('person.facts')}>
      <dl className="facts">
        <Fact term={t('persons.state')}>{t(`persons.state.${person.state}`)}</Fact>
        <Fact term={t('person.reference')}>{person.reference}</Fact>
        <Fact term={t('person.kind')}>{t(`person.kind.${person.kind}`)}</Fact>
        {person.email !== '' && <Fact term={t('person.email')}>{person.email}</Fact>}
        <Fact term={t('person.starts')}>{dayOf(person.starts_us)}</Fact>
        <Fact term={t('person.ends')}>
          {person.ends_us === null ? t('person.ends.never') : dayOf(person.ends_us)}
        </Fact>
        {person.manager !== null && (
          <Fact term={t('person.manager')}>
            <a href={`#/people/persons/${person.manager}`}>{person.manager_reference}</a>
          </Fact>
        )}
        {person.former_accounts.length > 0 && (
          <Fact term={t('person.former_accounts')} wide>
            {person.former_accounts
              .map(({ name, unbound_us }) =>
                t('person.former_accounts.until', { name, day: dayOf(unbound_us) }),
              )
              .join(', ')}
          </Fact>
        )}
        {person.departure_reason !== null && (
          <Fact term={t('person.departure')} wide>
            {person.departure_reason}
          </Fact>
        )}
      </dl>
    </Panel>
  );
}

function Jobs({ person }: { person: Person }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('person.jobs')} flush>
      {person.jobs.length === 0 ? (
        <Empty icon="users" title={t('person.jobs.none')} />
      ) : (
        <Table
          columns={[t('person.job'), t('person.job.since'), t('person.job.until')]}
          label={t('person.jobs')}
        >
          {person.jobs.map((job) => (
            <tr key={job.since_us}>
              <th scope="row" className="wrap-anywhere">
                {job.name}
              </th>
              <td>{dayOf(job.since_us)}</td>
              <td>{job.until_us === null ? t('person.job.now') : dayOf(job.until_us)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function Accounts({
  person,
  query,
}: {
  person: Person;
  query: { data: Person | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const again = () => askAgain(queries, ['persons']);
  return (
    <HeldPanel
      title={t('person.accounts')}
      query={query}
      columns={[t('user.name'), t('persons.state'), t('person.accounts.ended')]}
      nothing={{ icon: 'users', title: t('person.accounts.none') }}
      rows={({ accounts }) =>
        accounts.map((each) => ({
          key: each.user,
          head: <ThingName kind="users" id={each.user} name={each.name} />,
          cells: [
            each.kept !== null
              ? t('person.accounts.kept')
              : t(each.active ? 'person.accounts.active' : 'person.accounts.suspended'),
            dayOf(each.ended_us),
          ],
          take: {
            label: t('person.unbind.of', { name: each.name }),
            ask: t('person.unbind.ask', { name: each.name, person: person.name }),
            run: async () => {
              await register.unbind(person.id, each.user);
              await again();
            },
          },
        }))
      }
      take={
        may(who, 'people:UnbindAccount')
          ? { action: t('person.unbind'), title: t('person.unbind') }
          : null
      }
      give={
        may(who, 'people:BindAccount') && may(who, 'iam:ListUsers')
          ? {
              action: t('person.bind'),
              dialog: ({ accounts }, close) => (
                <BindAccount
                  person={person}
                  taken={accounts.map(({ user }) => user)}
                  onBound={again}
                  onClose={close}
                />
              ),
            }
          : null
      }
    />
  );
}

function BindAccount({
  person,
  taken,
  onBound,
  onClose,
}: {
  person: Person;
  taken: readonly string[];
  onBound: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  return (
    <ChooseUser
      title={t('person.bind')}
      note={t('person.bind.means')}
      nothing={t('person.bind.none')}
      action={t('person.bind')}
      taken={taken}
      fits={isPerson}
      onClose={onClose}
      onChoose={async (user) => {
        await register.bind(person.id, user);
        await onBound();
      }}
    />
  );
}

interface Part {
  person: Person;
  onClose: () => void;
}

function ChangePerson({ person, onClose }: Part) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Typed>({
    name: person.name,
    reference: person.reference,
    kind: person.kind,
    email: person.email,
    starts: dayOf(person.starts_us),
    ends: dayOf(person.ends_us),
  });
  return (
    <FormDialog
      title={t('person.change')}
      onClose={onClose}
      onSubmit={async () => {
        // A time of the day that the field does not show stays.
        const starts = usOfDay(typed.starts);
        const isMoved = starts !== null && typed.starts !== dayOf(person.starts_us);
        await register.change(person.id, {
          name: typed.name.trim(),
          reference: typed.reference.trim(),
          kind: typed.kind,
          email: typed.email.trim(),
          ...(isMoved ? { starts_us: starts } : {}),
          ...(typed.ends === dayOf(person.ends_us) ? {} : { ends_us: usOfDay(typed.ends) }),
        });
        await askAgain(queries, ['persons']);
      }}
    >
      <PersonFields typed={typed} onTyped={(changed) => setTyped({ ...typed, ...changed })} />
    </FormDialog>
  );
}

function MovePerson({ person, onClose }: Part) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [job, setJob] = useState('');
  const [since, setSince] = useState('');
  return (
    <FormDialog
      title={t('person.move')}
      onClose={onClose}
      onSubmit={async () => {
        await register.change(person.id, { job_role: job, job_role_since_us: usOfDay(since) });
        await askAgain(queries, ['persons']);
      }}
    >
      <p>{t('person.move.means')}</p>
      <JobField label={t('person.job')} required job={job} onJob={setJob} />
      <TextInput
        label={t('person.move.since')}
        type="date"
        value={since}
        onChange={(event) => setSince(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

function RecordLeave({ person, onClose }: Part) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [on, setOn] = useState('');
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      title={t('person.leave')}
      onClose={onClose}
      onSubmit={async () => {
        await register.leave(person.id, { reason: reason.trim(), ends_us: usOfDay(on) });
        await askAgain(queries, ['persons']);
      }}
    >
      <p>{t('person.leave.means')}</p>
      <TextInput
        label={t('person.leave.on')}
        type="date"
        value={on}
        onChange={(event) => setOn(event.currentTarget.value)}
      />
      <Textarea
        label={t('person.leave.why')}
        required
        withAsterisk={false}
        maxLength={1000}
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

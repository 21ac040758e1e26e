import { Button, NativeSelect, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { checklists } from '../api/routes';
import type { ChecklistStep } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { FormDialog } from '../elements/form_dialog';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { daysOf, daysTyped, listKinds, optionalDaysMax } from './checklists';
import { Choices, Tick } from './choices';
import { dayOf } from './days';
import { BackTo, PeopleTabs } from './people_tabs';
import { kinds, type Kind } from './person_form';

// What is done when somebody arrives or leaves.
export function ChecklistStepsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [changed, setChanged] = useState<ChecklistStep | 'new' | null>(null);
  const query = useQuery({ queryKey: ['checklist-steps'], queryFn: checklists.steps });
  const actions = (
    <>
      {may(who, 'people:ExportOpenSteps') && (
        <Button
          component="a"
          href={checklists.exportAddress}
          download
          variant="default"
          leftSection={<Icon name="download" />}
        >
          {t('lists.export')}
        </Button>
      )}
      {may(who, 'people:AddChecklistStep') && (
        <Button leftSection={<Icon name="plus" />} onClick={() => setChanged('new')}>
          {t('lists.add')}
        </Button>
      )}
    </>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.checklists')}
      lead={t('lists.lead')}
      above={<BackTo at="persons" />}
      actions={actions}
    >
      <PeopleTabs at="persons" />
      <Panel title={t('people.checklists')} flush>
        <Answer query={query}>
          {(found) =>
            found.length === 0 ? (
              <Empty icon="users" title={t('lists.none')}>
                {t('lists.none.todo')}
              </Empty>
            ) : (
              <StepTable found={found} onChange={setChanged} />
            )
          }
        </Answer>
      </Panel>
      {changed !== null && (
        <StepForm before={changed === 'new' ? null : changed} onClose={() => setChanged(null)} />
      )}
    </Page>
  );
}

function StepTable({
  found,
  onChange,
}: {
  found: ChecklistStep[];
  onChange: (step: ChecklistStep) => void;
}) {
  const { t, count } = useSpeech();
  const who = useWho();
  const mayAct = may(who, 'people:ChangeChecklistStep') || may(who, 'people:RetireChecklistStep');
  const asked = ({ persons }: ChecklistStep) =>
    persons.length === kinds.length
      ? t('lists.persons.all')
      : persons.map((kind) => t(`person.kind.${kind}`)).join(', ');
  return (
    <Table
      columns={[
        t('lists.name'),
        t('lists.text'),
        t('lists.kind'),
        t('lists.persons'),
        t('lists.due'),
        t('lists.from'),
        t('lists.retired'),
      ]}
      acts={mayAct}
      label={t('people.checklists')}
    >
      {found.map((step) => (
        <tr key={step.id}>
          <th scope="row" className="wrap-anywhere">
            {step.name}
          </th>
          <td className="wrap-anywhere">
            {step.text}
            {!step.mandatory && <div className="soft">{t('lists.optional')}</div>}
          </td>
          <td>{t(`lists.kind.${step.kind}`)}</td>
          <td>{asked(step)}</td>
          <td>{count(`lists.due.${step.kind}`, step.due_days ?? daysOf[step.kind])}</td>
          <td>{dayOf(step.from_us)}</td>
          <td>
            {step.retired_us === null ? (
              <span className="soft">{t('lists.retired.none')}</span>
            ) : (
              dayOf(step.retired_us)
            )}
          </td>
          {mayAct && (
            <td>{step.retired_us === null && <Acts step={step} onChange={onChange} />}</td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function Acts({
  step,
  onChange,
}: {
  step: ChecklistStep;
  onChange: (step: ChecklistStep) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  return (
    <div className="row">
      {may(who, 'people:ChangeChecklistStep') && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('lists.change.of', { name: step.name })}
          onClick={() => onChange(step)}
        >
          {t('person.change')}
        </Button>
      )}
      {may(who, 'people:RetireChecklistStep') && (
        <AskingButton
          size="compact-sm"
          label={t('lists.retire')}
          name={t('lists.retire.of', { name: step.name })}
          ask={t('lists.retire.ask', { name: step.name })}
          run={async () => {
            await checklists.retire(step.id);
            await askAgain(queries, ['checklist-steps']);
          }}
        />
      )}
    </div>
  );
}

function StepForm({ before, onClose }: { before: ChecklistStep | null; onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [name, setName] = useState(before?.name ?? '');
  const [text, setText] = useState(before?.text ?? '');
  const [days, setDays] = useState(String(before?.due_days ?? ''));
  const [kind, setKind] = useState<ChecklistStep['kind']>('arrival');
  const [mandatory, setMandatory] = useState(true);
  const [persons, setPersons] = useState<string[]>([...kinds]);
  const words = { name: name.trim(), text: text.trim(), due_days: daysTyped(days) };
  return (
    <FormDialog
      title={t(before === null ? 'lists.add' : 'lists.change')}
      onClose={onClose}
      onSubmit={async () => {
        await (before === null
          ? checklists.add({ ...words, kind, mandatory, persons: persons as Kind[] })
          : checklists.change(before.id, words));
        await askAgain(queries, ['checklist-steps']);
      }}
    >
      {before !== null && <p>{t('lists.change.means')}</p>}
      <TextInput
        label={t('lists.name')}
        required
        withAsterisk={false}
        maxLength={200}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('lists.text')}
        required
        withAsterisk={false}
        maxLength={1000}
        rows={2}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <NumberInput
        label={t('lists.due_days')}
        description={t('lists.due_days.means', daysOf)}
        min={0}
        max={(before?.mandatory ?? mandatory) ? daysOf[before?.kind ?? kind] : optionalDaysMax}
        allowDecimal={false}
        hideControls
        value={days}
        onChange={(typed) => setDays(String(typed))}
      />
      {before === null && (
        <>
          <NativeSelect
            label={t('lists.kind')}
            data={listKinds.map((each) => ({ value: each, label: t(`lists.kind.${each}`) }))}
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as ChecklistStep['kind'])}
          />
          <Choices
            legend={t('lists.persons')}
            description={t('lists.persons.means')}
            options={kinds.map((each) => ({ value: each, label: t(`person.kind.${each}`) }))}
            chosen={persons}
            onChosen={setPersons}
          />
          <Tick label={t('lists.mandatory')} checked={mandatory} onChecked={setMandatory} />
        </>
      )}
    </FormDialog>
  );
}

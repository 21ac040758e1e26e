import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { checklists } from '../api/routes';
import type { ChecklistItem, Person } from '../api/types';
import { Panel } from '../elements/page';
import { ReasonDialog } from '../elements/reason_dialog';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { StandingMark } from './checklist_marks';
import { actsOf, listKinds, standingOf, type StepAct } from './checklists';
import { dayOf } from './days';

const rights: Readonly<Record<StepAct, string>> = {
  do: 'people:DoChecklistStep',
  waive: 'people:WaiveChecklistStep',
  undo: 'people:UndoChecklistStep',
};

interface Doing {
  act: StepAct;
  step: string;
  name: string;
}

// What is asked of a person on arrival, and on departure once that has a date.
export function ChecklistPanels({ person }: { person: Person }) {
  const { t } = useSpeech();
  const [doing, setDoing] = useState<Doing | null>(null);
  const query = useQuery({
    queryKey: ['persons', 'checklist', person.id],
    queryFn: () => checklists.of(person.id),
  });
  return (
    <>
      {listKinds
        .filter((kind) => kind === 'arrival' || person.ends_us !== null)
        .map((kind) => (
          <Panel key={kind} title={t(`list.${kind}`)} flush>
            <Answer query={query}>
              {({ items }) => (
                <List
                  label={t(`list.${kind}`)}
                  items={items.filter((item) => item.kind === kind)}
                  onDo={setDoing}
                />
              )}
            </Answer>
          </Panel>
        ))}
      {doing !== null && <Settle person={person.id} doing={doing} onClose={() => setDoing(null)} />}
    </>
  );
}

function List({
  label,
  items,
  onDo,
}: {
  label: string;
  items: ChecklistItem[];
  onDo: (doing: Doing) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const acts = (item: ChecklistItem) => actsOf(item).filter((act) => may(who, rights[act]));
  const anyActs = items.some((item) => acts(item).length > 0);
  if (items.length === 0) return <Empty icon="users" title={t('list.none')} />;
  return (
    <Table
      columns={[
        t('lists.name'),
        t('lists.text'),
        t('list.state'),
        t('list.due'),
        t('list.settled'),
      ]}
      acts={anyActs}
      label={label}
    >
      {items.map((item) => (
        <tr key={item.step ?? item.fact}>
          <th scope="row" className="wrap-anywhere">
            {item.fact === null ? item.name : t('list.accounts_ended')}
          </th>
          <td className="wrap-anywhere">
            <ToDo item={item} />
          </td>
          <td>
            <StandingMark standing={standingOf(item)} />
            {item.approved_by_own_account && <div className="soft">{t('list.own_account')}</div>}
          </td>
          <td>{dayOf(item.due_us)}</td>
          <td className="wrap-anywhere">
            <Settled item={item} />
          </td>
          {anyActs && (
            <td>
              <div className="row">
                {acts(item).map((act) => (
                  <Button
                    key={act}
                    size="compact-sm"
                    variant="default"
                    aria-label={t(`list.${act}.of`, { name: item.name ?? '' })}
                    onClick={() => onDo({ act, step: item.step ?? '', name: item.name ?? '' })}
                  >
                    {t(`list.${act}`)}
                  </Button>
                ))}
              </div>
            </td>
          )}
        </tr>
      ))}
    </Table>
  );
}

function ToDo({ item }: { item: ChecklistItem }) {
  const { t } = useSpeech();
  return (
    <>
      {item.fact === null ? item.text : t('list.accounts_ended.means')}
      {!item.mandatory && <div className="soft">{t('lists.optional')}</div>}
      {!item.asked && <div className="soft">{t('list.unasked')}</div>}
    </>
  );
}

function Settled({ item }: { item: ChecklistItem }) {
  const { t } = useSpeech();
  if (item.at_us === null) return null;
  const day = dayOf(item.at_us);
  return (
    <>
      {item.by_name === null ? day : t('list.by', { day, name: item.by_name })}
      {item.note !== null && <div className="soft">{item.note}</div>}
    </>
  );
}

// Says what shows that it is done, or why it is waived or undone.
function Settle({
  person,
  doing: { act, step, name },
  onClose,
}: {
  person: string;
  doing: Doing;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  return (
    <ReasonDialog
      title={act === 'do' ? t('list.do.title') : t(`list.${act}`)}
      label={act === 'do' ? t('list.do.note') : t('list.why')}
      {...(act === 'do' ? { description: t('list.do.note.means') } : {})}
      required
      onReason={async (words) => {
        await checklists[act](person, step, words);
        await askAgain(queries, ['persons']);
      }}
      onClose={onClose}
    >
      <p>{name}</p>
      {act !== 'do' && <p>{t(`list.${act}.means`)}</p>}
    </ReasonDialog>
  );
}

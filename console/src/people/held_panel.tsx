import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Confirm } from '../elements/confirm';
import { Icon, type IconName } from '../elements/icon';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table, type Column } from '../elements/table';

// One line of the list.
export interface Held {
  key: string;
  head: ReactNode;
  cells: ReactNode[];
  // How it is taken away, and what is asked before; null: not here.
  take: { label: string; ask: string; run: () => Promise<unknown> } | null;
}

// What somebody holds, or who holds something: shown, added to by a dialog, taken from after a
// question. `give` and `take` are null for whoever may not.
export function HeldPanel<T>({
  title,
  lead,
  query,
  columns,
  rows,
  nothing,
  give,
  take,
  children,
}: {
  title: string;
  lead?: string;
  query: Parameters<typeof Answer<T>>[0]['query'];
  columns: Column[];
  rows: (answer: T) => Held[];
  nothing: { icon: IconName; title: string };
  give: { action: string; dialog: (answer: T, close: () => void) => ReactNode } | null;
  // What the act is called at a line and in its question.
  take: { action: string; title: string } | null;
  children?: (answer: T) => ReactNode;
}) {
  const [giving, setGiving] = useState(false);
  const add = give !== null && (
    <Button size="sm" leftSection={<Icon name="plus" />} onClick={() => setGiving(true)}>
      {give.action}
    </Button>
  );
  return (
    <Panel title={title} flush aside={add}>
      {lead !== undefined && <p className="panel-body soft">{lead}</p>}
      <Answer query={query}>
        {(answer) => (
          <>
            <HeldTable
              label={title}
              columns={columns}
              held={rows(answer)}
              nothing={nothing}
              take={take}
            />
            {children?.(answer)}
            {giving && give?.dialog(answer, () => setGiving(false))}
          </>
        )}
      </Answer>
    </Panel>
  );
}

function HeldTable({
  label,
  columns,
  held,
  nothing,
  take,
}: {
  label: string;
  columns: Column[];
  held: Held[];
  nothing: { icon: IconName; title: string };
  take: { action: string; title: string } | null;
}) {
  const [doomed, setDoomed] = useState<Held['take']>(null);
  if (held.length === 0) return <Empty icon={nothing.icon} title={nothing.title} />;
  return (
    <>
      <Table columns={columns} acts={take !== null} label={label}>
        {held.map((each) => (
          <tr key={each.key}>
            <th scope="row" className="disk-cell">
              {each.head}
            </th>
            {each.cells.map((content, at) => (
              <td key={at}>{content}</td>
            ))}
            {take !== null && (
              <td className="numeric">
                {each.take !== null && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={each.take.label}
                    onClick={() => setDoomed(each.take)}
                  >
                    {take.action}
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </Table>
      {doomed !== null && take !== null && (
        <Confirm
          title={take.title}
          action={take.title}
          onClose={() => setDoomed(null)}
          onConfirm={doomed.run}
        >
          {doomed.ask}
        </Confirm>
      )}
    </>
  );
}

// A user, a group or a profile as the head of a line; a link for whoever may look.
export function ThingName({
  kind,
  id,
  name,
  opens = true,
}: {
  kind: 'users' | 'groups' | 'profiles' | 'assumed-roles';
  id: string;
  name: string;
  opens?: boolean;
}) {
  return opens ? (
    <a href={`#/people/${kind}/${id}`} className="wrap-anywhere">
      {name}
    </a>
  ) : (
    <span className="wrap-anywhere">{name}</span>
  );
}

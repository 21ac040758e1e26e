import type { ReactNode } from 'react';
import { useSpeech } from '../language/speech';

export type Column = string | { title: string; className: string };

// A table that scrolls sideways where it has no room; its children are the rows. `acts`: a last
// column of buttons, whose heading is only said. A table in which nothing takes the focus needs a
// `label`: it then takes the focus itself, so that keys can scroll it.
export function Table({
  columns,
  acts = false,
  label,
  children,
}: {
  columns: Column[];
  acts?: boolean;
  label?: string;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const reached =
    label === undefined ? {} : { tabIndex: 0, role: 'group' as const, 'aria-label': label };
  return (
    <div className="table-frame" {...reached}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => {
              const { title, className } =
                typeof column === 'string' ? { title: column, className: undefined } : column;
              return (
                <th key={title} scope="col" className={className}>
                  {title}
                </th>
              );
            })}
            {acts && (
              <th scope="col">
                <span className="visually-hidden">{t('actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

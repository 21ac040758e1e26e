import { Fragment, useState } from 'react';
import type { AuditEvent } from '../api/types';
import { Icon } from '../elements/icon';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';

export function EventTable({ events }: { events: AuditEvent[] }) {
  const { t } = useSpeech();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Table
      columns={[
        t('audit.time'),
        t('audit.action'),
        t('audit.outcome'),
        t('audit.actor'),
        t('audit.resource'),
      ]}
      acts
    >
      {events.map((event) => {
        const id = `${String(event.index)}.${String(event.part)}`;
        return (
          <Fragment key={id}>
            <EventRow
              event={event}
              open={open === id}
              onToggle={() => setOpen(open === id ? null : id)}
            />
            {open === id && (
              <tr>
                <td colSpan={6}>
                  <Whole event={event} />
                </td>
              </tr>
            )}
          </Fragment>
        );
      })}
    </Table>
  );
}

function EventRow({
  event,
  open,
  onToggle,
}: {
  event: AuditEvent;
  open: boolean;
  onToggle: () => void;
}) {
  const { t, time } = useSpeech();
  const good = event.outcome === 'success';
  return (
    <tr>
      <td className="time-cell">{time(event.time_us)}</td>
      <td className="mono">{event.action}</td>
      <td>
        <span className="chip" data-tone={good ? 'pass' : 'fail'}>
          <Icon name={good ? 'pass' : 'fail'} size={13} />
          {t(`outcome.${event.outcome}`)}
        </span>
      </td>
      <td>
        {event.actor}
        {event.source_ip !== '' && <div className="mono soft">{event.source_ip}</div>}
      </td>
      <td className="mono wrap-anywhere">{event.resource}</td>
      <td className="numeric">
        <button
          type="button"
          className="link"
          aria-expanded={open}
          aria-label={t('audit.whole.of', { action: event.action, time: time(event.time_us) })}
          onClick={onToggle}
        >
          {t(open ? 'audit.less' : 'audit.whole')}
        </button>
      </td>
    </tr>
  );
}

function Whole({ event }: { event: AuditEvent }) {
  const { t, number } = useSpeech();
  return (
    <div className="stack">
      <p className="soft">
        {t('audit.leaf', { index: number(event.index) })}
        {event.reason !== '' && ` · ${t('audit.reason', { reason: event.reason })}`}
      </p>
      <pre className="code" tabIndex={0} aria-label={t('audit.whole')}>
        {JSON.stringify(event.ocsf, null, 2)}
      </pre>
    </div>
  );
}

import { useState } from 'react';
import type { AuditEvent } from '../api/types';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import classes from './audit.module.css';
import { EventDetail } from './event_detail';
import type { Fields } from './filter';
import { Outcome } from './outcome';

export function EventTable({
  events,
  fresh,
  onNarrow,
}: {
  events: AuditEvent[];
  fresh: number; // the first so many came while one looked on
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t } = useSpeech();
  const [open, setOpen] = useState<AuditEvent | null>(null);
  return (
    <>
      <div className={classes.events}>
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
          {events.map((event, at) => (
            <EventRow
              key={`${String(event.index)}.${String(event.part)}`}
              event={event}
              fresh={at < fresh}
              onOpen={() => setOpen(event)}
            />
          ))}
        </Table>
      </div>
      {open !== null && (
        <EventDetail
          event={open}
          onClose={() => setOpen(null)}
          onNarrow={(fields) => {
            setOpen(null);
            onNarrow(fields);
          }}
        />
      )}
    </>
  );
}

function EventRow({
  event,
  fresh,
  onOpen,
}: {
  event: AuditEvent;
  fresh: boolean;
  onOpen: () => void;
}) {
  const { t, time } = useSpeech();
  return (
    <tr data-fresh={fresh}>
      <td className="time-cell">{time(event.time_us)}</td>
      <td className="mono">{event.action}</td>
      <td>
        <Outcome event={event} />
        {event.reason !== '' && <div className={classes.reason}>{event.reason}</div>}
      </td>
      <td className={classes.who}>
        {event.actor}
        {event.source_ip !== '' && <div className="mono soft">{event.source_ip}</div>}
      </td>
      <td className="mono wrap-anywhere">{event.resource}</td>
      <td className="numeric">
        <button
          type="button"
          className="link"
          aria-haspopup="dialog"
          aria-label={t('audit.whole.of', { action: event.action, time: time(event.time_us) })}
          onClick={onOpen}
        >
          {t('audit.whole')}
        </button>
      </td>
    </tr>
  );
}

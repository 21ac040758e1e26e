import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AuditEvent } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Icon } from '../elements/icon';
import { hasMessage } from '../language/message';
import { useSpeech } from '../language/speech';
import { reasonOf } from './agreement';
import type { Fields } from './filter';
import { Outcome } from './outcome';
import { Verification } from './verification';

type Narrow = (fields: Partial<Fields>) => void;

function detailsOf(event: AuditEvent): [name: string, value: string][] {
  const details = (event.ocsf as { unmapped?: Record<string, unknown> }).unmapped ?? {};
  return Object.entries(details).map(([name, value]) => [name, String(value)]);
}

// All that the log has of one event. Each fact can narrow the search to its like.
export function EventDetail({
  event,
  onNarrow,
  onClose,
}: {
  event: AuditEvent;
  onNarrow: Narrow;
  onClose: () => void;
}) {
  const { t, time, number } = useSpeech();
  const className = `class.${String(event.class_uid)}`;
  const details = detailsOf(event);
  const nameOf = (detail: string) => {
    const key = `detail.${detail}`;
    return hasMessage(key) ? t(key) : detail;
  };
  return (
    <Dialog title={event.action} size="xl" onClose={onClose}>
      <div className="stack">
        <div className="row">
          <Outcome event={event} />
          <span className="soft">{time(event.time_us)}</span>
        </div>
        {event.reason !== '' && <p>{event.reason}</p>}
        <dl className="facts">
          <Fact name={t('audit.actor')} only={() => onNarrow({ actor: event.actor })}>
            {event.actor}
          </Fact>
          <Fact name={t('audit.source')} only={() => onNarrow({ source: event.source_ip })}>
            {event.source_ip}
          </Fact>
          <Fact name={t('audit.class')} only={() => onNarrow({ class: String(event.class_uid) })}>
            {hasMessage(className) ? t(className) : String(event.class_uid)}
          </Fact>
          <Fact name={t('audit.action')} only={() => onNarrow({ action: event.action })}>
            {event.action}
          </Fact>
          <Fact name={t('audit.resource')} wide only={() => onNarrow({ resource: event.resource })}>
            {event.resource}
          </Fact>
          <Fact name={t('audit.reason.id')} only={() => onNarrow({ reason: reasonOf(event) })}>
            {reasonOf(event)}
          </Fact>
          {details.map(([name, value]) => (
            <Fact
              key={name}
              name={nameOf(name)}
              only={/\s/.test(value) ? undefined : () => onNarrow({ detail: `${name}=${value}` })}
            >
              {value}
            </Fact>
          ))}
          <Fact name={t('audit.place')}>
            {event.part === 0
              ? number(event.index)
              : t('audit.place.part', { index: number(event.index), part: number(event.part + 1) })}
          </Fact>
        </dl>
        <Verification event={event} />
        <details>
          <summary>{t('audit.raw')}</summary>
          <pre className="code" tabIndex={0} aria-label={t('audit.raw')}>
            {JSON.stringify(event.ocsf, null, 2)}
          </pre>
        </details>
      </div>
    </Dialog>
  );
}

function Fact({
  name,
  wide = false,
  only,
  children,
}: {
  name: string;
  wide?: boolean;
  only?: (() => void) | undefined;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  if (children === '') return null;
  return (
    <div className={wide ? 'wide' : undefined}>
      <dt>{name}</dt>
      <dd className="mono">
        {children}{' '}
        {only !== undefined && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={only}
            aria-label={t('audit.only.of', { name })}
            leftSection={<Icon name="search" size={12} />}
          >
            {t('audit.only')}
          </Button>
        )}
      </dd>
    </div>
  );
}

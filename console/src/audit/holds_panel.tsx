import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { holds } from '../api/routes';
import type { Hold } from '../api/types';
import { Chip, type Tone } from '../elements/chip';
import { Dialog } from '../elements/dialog';
import type { IconName } from '../elements/icon';
import { Moment } from '../elements/moment';
import { More } from '../elements/more';
import { Panel } from '../elements/page';
import { ReasonDialog } from '../elements/reason_dialog';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import { EventTable } from './event_table';
import { filterOf, isEmpty, toUs, type Fields } from './filter';
import { holdFilterOf, wordsOf } from './holds';

const signs: Readonly<Record<Hold['state'], { icon: IconName; tone: Tone }>> = {
  copying: { icon: 'stale', tone: 'stale' },
  kept: { icon: 'pass', tone: 'accent' },
  releasing: { icon: 'stale', tone: 'stale' },
  damaged: { icon: 'error', tone: 'error' },
  lost: { icon: 'error', tone: 'error' },
};

// What of the log outlives its months; placed from what is searched for now.
export function HoldsPanel({
  fields,
  onNarrow,
}: {
  fields: Fields;
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const [placing, setPlacing] = useState(false);
  const query = useQuery({
    queryKey: ['holds'],
    queryFn: holds.list,
    enabled: may(who, 'audit:ListHolds'),
    refetchInterval: ({ state }) =>
      state.data?.some(({ state: each }) => each === 'copying' || each === 'releasing') === true
        ? 2000
        : false,
  });
  if (!may(who, 'audit:ListHolds')) return null;
  return (
    <Panel
      title={t('holds.title')}
      flush
      aside={
        may(who, 'audit:PlaceHold') && (
          <Button size="sm" variant="default" onClick={() => setPlacing(true)}>
            {t('holds.place')}
          </Button>
        )
      }
    >
      <p className="panel-body soft">{t('holds.means')}</p>
      <Answer query={query}>
        {(found) =>
          found.length === 0 ? (
            <Empty icon="audit" title={t('holds.none')} />
          ) : (
            <HoldTable found={found} onNarrow={onNarrow} />
          )
        }
      </Answer>
      {placing && <PlaceHold fields={fields} onClose={() => setPlacing(false)} />}
    </Panel>
  );
}

function HoldTable({
  found,
  onNarrow,
}: {
  found: Hold[];
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t, number } = useSpeech();
  return (
    <Table
      columns={[
        t('holds.reason'),
        t('holds.filter'),
        t('holds.placed_by'),
        t('holds.kept'),
        t('holds.state'),
      ]}
      acts
      label={t('holds.title')}
    >
      {found.map((hold) => (
        <tr key={hold.id}>
          <th scope="row" className="wrap-anywhere">
            {nameOf(hold)}
          </th>
          <td className="wrap-anywhere">
            <About hold={hold} />
          </td>
          <td className="wrap-anywhere">
            {hold.placed_by_name}, <Moment us={hold.placed_us} />
          </td>
          <td>{hold.events === null ? '–' : number(hold.events)}</td>
          <td>
            <State hold={hold} />
          </td>
          <td>
            <Acts hold={hold} onNarrow={onNarrow} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// Of one that no disk has whole not even the reason is known.
const nameOf = (hold: Hold) => (hold.reason === '' ? hold.id : hold.reason);

function About({ hold }: { hold: Hold }) {
  const { t } = useSpeech();
  const { from_us: from = null, until_us: until = null } = hold.filter;
  const words = wordsOf(hold.filter);
  if (words.length === 0 && from === null && until === null) return t('holds.filter.all');
  return (
    <>
      {words.join(' ')}{' '}
      {from !== null && (
        <span className="soft">
          {t('audit.from')} <Moment us={from} />{' '}
        </span>
      )}
      {until !== null && (
        <span className="soft">
          {t('audit.until')} <Moment us={until} />
        </span>
      )}
    </>
  );
}

function State({ hold }: { hold: Hold }) {
  const { t } = useSpeech();
  const part = hold.log_size === 0 ? 100 : Math.floor((hold.looked_at / hold.log_size) * 100);
  return (
    <Chip {...signs[hold.state]}>
      {t(`holds.state.${hold.state}`, { part: `${String(part)} %` })}
    </Chip>
  );
}

function Acts({ hold, onNarrow }: { hold: Hold; onNarrow: (fields: Partial<Fields>) => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const [open, setOpen] = useState<'events' | 'release' | null>(null);
  const close = () => setOpen(null);
  const isReadable = hold.state !== 'lost' && hold.state !== 'releasing';
  // Each side releases its own; of one that is lost nobody knows whose it is.
  const isOurs = hold.state === 'lost' ? isStaff(who) : hold.placed_by_provider === isStaff(who);
  const mayRelease = isOurs && may(who, 'audit:ReleaseHold');
  return (
    <span className="row row-actions">
      {isReadable && may(who, 'audit:ListEvents') && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('holds.show.of', { hold: nameOf(hold) })}
          onClick={() => setOpen('events')}
        >
          {t('holds.show')}
        </Button>
      )}
      {isReadable && hold.state !== 'damaged' && may(who, 'audit:ExportHold') && (
        <Button
          component="a"
          size="compact-sm"
          variant="default"
          href={holds.exportAddress(hold.id)}
          download
          aria-label={t('holds.export.of', { hold: nameOf(hold) })}
        >
          {t('holds.export')}
        </Button>
      )}
      {mayRelease && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('holds.release.of', { hold: nameOf(hold) })}
          onClick={() => setOpen('release')}
        >
          {t('holds.release')}
        </Button>
      )}
      {open === 'events' && <HeldEvents hold={hold} onClose={close} onNarrow={onNarrow} />}
      {open === 'release' && <Release hold={hold} onClose={close} />}
    </span>
  );
}

function HeldEvents({
  hold,
  onClose,
  onNarrow,
}: {
  hold: Hold;
  onClose: () => void;
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t } = useSpeech();
  const query = useInfiniteQuery({
    queryKey: ['held', hold.id],
    queryFn: ({ pageParam }) => holds.events(hold.id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  return (
    <Dialog title={t('holds.events')} onClose={onClose}>
      <Answer query={query}>
        {({ pages }) => {
          const events = pages.flatMap((page) => page.items);
          return events.length === 0 ? (
            <Empty icon="audit" title={t('holds.events.none')} />
          ) : (
            <EventTable events={events} fresh={0} onNarrow={onNarrow} />
          );
        }}
      </Answer>
      <More query={query}>{t('holds.events.more')}</More>
    </Dialog>
  );
}

function Release({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  return (
    <ReasonDialog
      title={t('holds.release')}
      label={t('holds.reason')}
      required
      onReason={async (reason) => {
        await holds.release(hold.id, reason);
        await askAgain(queries, ['holds']);
      }}
      onClose={onClose}
    >
      <p>{t('holds.release.means')}</p>
    </ReasonDialog>
  );
}

function PlaceHold({ fields, onClose }: { fields: Fields; onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [filter] = useState(() => filterOf(fields, Date.now()));
  const [until, setUntil] = useState(fields.until);
  return (
    <ReasonDialog
      title={t('holds.place')}
      label={t('holds.reason')}
      description={t('holds.reason.what')}
      required
      onReason={async (reason) => {
        await holds.place({ reason, filter: holdFilterOf(filter, toUs(until)) });
        await askAgain(queries, ['holds']);
      }}
      onClose={onClose}
    >
      <p>{t(isEmpty(fields) ? 'holds.place.all' : 'holds.place.means')}</p>
      <TextInput
        type="datetime-local"
        label={t('holds.until')}
        description={t('holds.until.what')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </ReasonDialog>
  );
}

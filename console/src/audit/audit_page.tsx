import { Button, Switch } from '@mantine/core';
import { useInfiniteQuery, type InfiniteData } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { audit } from '../api/routes';
import type { AuditPage as EventPage } from '../api/types';
import { Icon } from '../elements/icon';
import { More } from '../elements/more';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import classes from './audit.module.css';
import { EventTable } from './event_table';
import { filterOf, isEmpty, placeOfFields, readFields, type Fields } from './filter';
import { FilterForm } from './filter_form';
import { HoldsPanel } from './holds_panel';
import { LedgerPanel } from './ledger_panel';
import { useLive } from './use_live';

// `filter` is the part of the address that says what is searched for. The form stays when that
// changes, and so does the focus in it.
export function AuditPage({ filter: asked }: { filter: string }) {
  const { t } = useSpeech();
  const [, navigate] = useLocation();
  const who = useWho();
  const fields = useMemo(() => readFields(asked), [asked]);
  const show = (wanted: Fields) => navigate(placeOfFields(wanted));
  return (
    <Page
      title={t('audit.title')}
      lead={t('audit.lead')}
      actions={may(who, 'audit:ExportEvents') && <Export key={asked} fields={fields} />}
    >
      <FilterForm fields={fields} onFilter={show} />
      <Events key={asked} fields={fields} onNarrow={(more) => show({ ...fields, ...more })} />
      <HoldsPanel
        key={`holds ${asked}`}
        fields={fields}
        onNarrow={(more) => show({ ...fields, ...more })}
      />
      <LedgerPanel />
    </Page>
  );
}

// The browser writes the file as it comes.
function Export({ fields }: { fields: Fields }) {
  const { t } = useSpeech();
  const [filter] = useState(() => filterOf(fields, Date.now()));
  return (
    <Button
      component="a"
      href={audit.exportAddress(filter)}
      download
      variant="default"
      leftSection={<Icon name="download" />}
    >
      {t('audit.export')}
    </Button>
  );
}

function Events({
  fields,
  onNarrow,
}: {
  fields: Fields;
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t, count } = useSpeech();
  const [follows, setFollows] = useState(false);
  // A range ends when it was asked for, so that its pages belong together.
  const [filter] = useState(() => filterOf(fields, Date.now()));
  const query = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => audit.events(filter, pageParam, 50),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const size = query.data?.pages[0]?.log_size;
  // From where the list ended when it was asked for: what came since is shown too.
  const live = useLive(filter, follows && size !== undefined ? `${String(size)}.0` : null);
  return (
    <Panel
      title={t('audit.events')}
      flush
      aside={
        <div className="row">
          {size !== undefined && <span className="soft">{count('audit.size', size)}</span>}
          <Switch
            label={t('audit.follow')}
            checked={follows}
            disabled={fields.until !== ''}
            onChange={(event) => setFollows(event.currentTarget.checked)}
          />
        </div>
      }
    >
      <p className={classes.live} role="status">
        {follows &&
          (live.failed
            ? t('audit.follow.failed')
            : live.events.length === 0
              ? t('audit.follow.waits')
              : count('audit.follow.new', live.events.length))}
      </p>
      <Answer query={query}>
        {(data) => (
          <Found
            data={data}
            live={live.events}
            hasMore={query.hasNextPage}
            nothing={t(isEmpty(fields) ? 'audit.none' : 'audit.none_match')}
            onNarrow={onNarrow}
          />
        )}
      </Answer>
      <More query={query}>{t('audit.older')}</More>
    </Panel>
  );
}

function Found({
  data,
  live,
  hasMore,
  nothing,
  onNarrow,
}: {
  data: InfiniteData<EventPage>;
  live: EventPage['items'];
  hasMore: boolean;
  nothing: string;
  onNarrow: (fields: Partial<Fields>) => void;
}) {
  const { t } = useSpeech();
  const events = [...live, ...data.pages.flatMap((page) => page.items)];
  return (
    <>
      {events.length > 0 && <EventTable events={events} fresh={live.length} onNarrow={onNarrow} />}
      {events.length === 0 && !hasMore && <Empty icon="audit" title={nothing} />}
      {data.pages.at(-1)?.stopped_early === true && (
        <p className={classes.live}>{t('audit.stopped_early')}</p>
      )}
    </>
  );
}

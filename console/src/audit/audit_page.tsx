import { Button, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { audit } from '../api/routes';
import { Icon } from '../elements/icon';
import { More } from '../elements/more';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { EventTable } from './event_table';
import { ExportButton } from './export';
import { filterOf, isEmpty, noFields, type Fields } from './filter';
import { LedgerPanel } from './ledger_panel';

export function AuditPage() {
  const { t, count } = useSpeech();
  const [fields, setFields] = useState<Fields>(noFields);
  const filter = filterOf(fields);
  const query = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => audit.events(filter, pageParam, 50),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const events = query.data?.pages.flatMap((page) => page.items);
  const size = query.data?.pages[0]?.log_size;
  return (
    <Page
      title={t('audit.title')}
      lead={t('audit.lead')}
      actions={<ExportButton filter={filter} />}
    >
      <FilterForm onFilter={setFields} />
      <Panel
        title={t('audit.events')}
        flush
        aside={size !== undefined && <span className="soft">{count('audit.size', size)}</span>}
      >
        <Answer query={{ ...query, data: events }}>
          {(items) =>
            items.length === 0 && !query.hasNextPage ? (
              <Empty icon="audit" title={t(isEmpty(fields) ? 'audit.none' : 'audit.none_match')} />
            ) : (
              <>
                <EventTable events={items} />
                <More query={query}>{t('audit.older')}</More>
              </>
            )
          }
        </Answer>
      </Panel>
      <LedgerPanel />
    </Page>
  );
}

function FilterForm({ onFilter }: { onFilter: (fields: Fields) => void }) {
  const { t } = useSpeech();
  const [fields, setFields] = useState<Fields>(noFields);
  function field(name: keyof Fields) {
    return {
      value: fields[name],
      onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
        setFields({ ...fields, [name]: event.currentTarget.value }),
    };
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    onFilter(fields);
  }
  return (
    <form className="panel panel-body audit-filter" role="search" onSubmit={submit}>
      <TextInput type="datetime-local" label={t('audit.from')} {...field('from')} />
      <TextInput type="datetime-local" label={t('audit.until')} {...field('until')} />
      <TextInput label={t('audit.actor')} autoComplete="off" {...field('actor')} />
      <TextInput
        label={t('audit.action')}
        placeholder="s3:*"
        autoComplete="off"
        {...field('action')}
      />
      <TextInput
        label={t('audit.resource')}
        placeholder="arn:aws:s3:::"
        autoComplete="off"
        {...field('resource')}
      />
      <div className="row audit-filter-acts">
        <Button type="submit" variant="light" leftSection={<Icon name="search" size={16} />}>
          {t('audit.search')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setFields(noFields);
            onFilter(noFields);
          }}
        >
          {t('audit.reset')}
        </Button>
      </div>
    </form>
  );
}

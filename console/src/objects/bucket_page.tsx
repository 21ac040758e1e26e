import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState, type DragEvent } from 'react';
import { objects } from '../api/routes';
import type { ObjectInfo } from '../api/types';
import { Icon } from '../elements/icon';
import { More } from '../elements/more';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { BucketTabs } from './bucket_tabs';
import { ObjectTable } from './object_table';
import { crumbsOf, placeOf } from './place';
import { UploadList } from './upload_list';
import { entriesOf, walk, type Entry } from './dropped';
import { queueMax, roomIn, type Chosen } from './upload_queue';
import { useUploads } from './uploads';
import classes from './objects.module.css';

// Why some of what was dropped or chosen is not sent.
type LeftOut = 'cut' | 'unreadable';

interface Listing {
  items: ObjectInfo[];
  prefixes: string[];
}

export function BucketPage({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { t, number } = useSpeech();
  const who = useWho();
  const query = useInfiniteQuery({
    queryKey: ['objects', bucket, prefix],
    queryFn: ({ pageParam }) => objects.list(bucket, prefix, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const uploads = useUploads();
  const [left, setLeft] = useState<LeftOut | null>(null);
  const take = (chosen: readonly Chosen[], leftOut: LeftOut | null) => {
    const room = roomIn(uploads.list);
    setLeft(chosen.length > room ? 'cut' : leftOut);
    uploads.add(chosen, bucket, prefix);
  };
  const takeDropped = async (entries: readonly (Entry | File)[]) => {
    const dropped = await walk(entries, roomIn(uploads.list));
    take(dropped.chosen, dropped.cut ? 'cut' : dropped.unreadable > 0 ? 'unreadable' : null);
  };
  const mayUpload = may(who, 's3:PutObject');
  const listing: Listing | undefined = query.data && {
    items: query.data.pages.flatMap((page) => page.items),
    prefixes: [...new Set(query.data.pages.flatMap((page) => page.common_prefixes))],
  };
  return (
    <DropZone active={mayUpload} onDrop={(entries) => void takeDropped(entries)}>
      <Page
        title={bucket}
        above={
          <a href="#/buckets" className="back">
            {t('buckets.title')}
          </a>
        }
        place={prefix}
        actions={
          mayUpload && (
            <ChooseFiles
              onFiles={(files) =>
                take(
                  files.map((file) => ({ file, path: file.name })),
                  null,
                )
              }
            />
          )
        }
      >
        <BucketTabs bucket={bucket} at="objects" />
        {left !== null && (
          <p className="notice" role="alert">
            <Icon name="error" size={20} />
            {t(`uploads.left.${left}`, { max: number(queueMax) })}
          </p>
        )}
        {mayUpload && <UploadList bucket={bucket} />}
        <section className="panel">
          <Crumbs bucket={bucket} prefix={prefix} />
          <Answer query={{ ...query, data: listing }}>
            {({ items, prefixes }) =>
              items.length + prefixes.length === 0 ? (
                <Empty
                  icon="upload"
                  title={t(prefix === '' ? 'objects.none' : 'objects.none_here')}
                >
                  {mayUpload && t('objects.none.todo')}
                </Empty>
              ) : (
                <>
                  <ObjectTable bucket={bucket} prefix={prefix} items={items} prefixes={prefixes} />
                  <More query={query}>{t('action.more')}</More>
                </>
              )
            }
          </Answer>
        </section>
        <Reach bucket={bucket} />
      </Page>
    </DropZone>
  );
}

function Crumbs({ bucket, prefix }: { bucket: string; prefix: string }) {
  const { t } = useSpeech();
  const crumbs = crumbsOf(prefix);
  return (
    <nav aria-label={t('objects.path')} className={classes.crumbs}>
      <ol>
        <li>
          <a href={placeOf(bucket)} aria-current={crumbs.length === 0 ? 'page' : undefined}>
            {bucket}
          </a>
        </li>
        {crumbs.map((crumb, at) => (
          <li key={crumb.prefix}>
            <a
              href={placeOf(bucket, crumb.prefix)}
              aria-current={at === crumbs.length - 1 ? 'page' : undefined}
            >
              {crumb.label === '' ? '⟨⟩' : crumb.label}
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function ChooseFiles({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useSpeech();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t('objects.upload')}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <Button leftSection={<Icon name="upload" />} onClick={() => input.current?.click()}>
        {t('objects.upload')}
      </Button>
    </>
  );
}

// The whole page takes files. Entering a child leaves its parent, so depth is counted.
function DropZone({
  active,
  onDrop,
  children,
}: {
  active: boolean;
  onDrop: (entries: (Entry | File)[]) => void;
  children: React.ReactNode;
}) {
  const { t } = useSpeech();
  const [depth, setDepth] = useState(0);
  if (!active) return children;
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <div
      className={classes.dropZone}
      onDragEnter={(event) => {
        if (hasFiles(event)) setDepth((value) => value + 1);
      }}
      onDragLeave={() => setDepth((value) => Math.max(0, value - 1))}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        event.preventDefault();
        setDepth(0);
        onDrop(entriesOf(event.dataTransfer.items));
      }}
    >
      {children}
      {depth > 0 && (
        <div className={classes.dropHint} aria-hidden="true">
          <Icon name="upload" size={34} />
          <p>{t('objects.drop')}</p>
        </div>
      )}
    </div>
  );
}

// How an ordinary S3 client gets here.
function Reach({ bucket }: { bucket: string }) {
  const { t } = useSpeech();
  return (
    <Panel>
      <p className="soft">
        {t('objects.s3', { address: `s3://${bucket}/` })}{' '}
        <a href="#/account/access-keys">{t('account.access_keys')}</a>
      </p>
    </Panel>
  );
}

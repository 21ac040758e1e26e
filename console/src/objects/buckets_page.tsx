import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { objects } from '../api/routes';
import type { Bucket } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Dialog } from '../elements/dialog';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { isBucketName, placeOf } from './place';
import { OpenMark, PublicAccessPanel } from './public_access';

export function BucketsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['buckets'], queryFn: objects.buckets });
  const [creating, setCreating] = useState(false);
  const create = may(who, 's3:CreateBucket') && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
      {t('buckets.create')}
    </Button>
  );
  return (
    <Page title={t('buckets.title')} lead={t('buckets.lead')} actions={create}>
      <Panel flush>
        <Answer query={query}>
          {(buckets) =>
            buckets.length === 0 ? (
              <Empty icon="buckets" title={t('buckets.none')}>
                {t('buckets.none.todo')}
              </Empty>
            ) : (
              <BucketTable buckets={buckets} />
            )
          }
        </Answer>
      </Panel>
      {may(who, 'iam:GetPublicAccess') && <PublicAccessPanel />}
      {creating && <CreateBucket onClose={() => setCreating(false)} />}
    </Page>
  );
}

function BucketTable({ buckets }: { buckets: Bucket[] }) {
  const { t, count } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<string | null>(null);
  return (
    <>
      <Table columns={[t('buckets.name'), t('placement'), t('time.created')]} acts>
        {buckets.map((bucket) => (
          <tr key={bucket.id}>
            <th scope="row" className="name-cell">
              <a href={placeOf(bucket.name)} className="row">
                <Icon name="buckets" />
                <span className="wrap-anywhere">{bucket.name}</span>
              </a>
              {bucket.is_open && <OpenMark />}
            </th>
            <td>
              {count('placement.copies', bucket.placement.copies, {
                servers: bucket.placement.servers_min,
                sites: bucket.placement.sites_min,
              })}{' '}
              {bucket.placement_is_default && (
                <span className="tag">{t('placement.of_annex')}</span>
              )}
            </td>
            <td>
              <Moment us={bucket.created_us} />
            </td>
            <td className="numeric">
              {may(who, 's3:DeleteBucket') && (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="gray"
                  className="quiet"
                  aria-label={t('buckets.delete.of', { name: bucket.name })}
                  onClick={() => setDoomed(bucket.name)}
                >
                  <Icon name="remove" />
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {doomed !== null && (
        <Confirm
          title={t('buckets.delete')}
          action={t('buckets.delete')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await objects.deleteBucket(doomed);
            await askAgain(queries, ['buckets']);
          }}
        >
          <p>{t('buckets.delete.ask', { name: doomed })}</p>
        </Confirm>
      )}
    </>
  );
}

function CreateBucket({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: () => objects.createBucket(name),
    onSuccess: async () => {
      await askAgain(queries, ['buckets']);
      onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (isBucketName(name)) create.mutate();
  }
  return (
    <Dialog title={t('buckets.create')} onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextInput
          label={t('buckets.name')}
          description={t('buckets.name.rules')}
          error={tried && !isBucketName(name) ? t('buckets.name.wrong') : null}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <p className="soft">{t('buckets.create.placement')}</p>
        {create.isError && <Failure error={create.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('buckets.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

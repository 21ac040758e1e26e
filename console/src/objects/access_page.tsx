import { Button, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { askAgain } from '../api/again';
import { asProblem } from '../api/problem';
import { objects } from '../api/routes';
import type { BucketPolicy } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Copyable } from '../elements/copyable';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { BucketTabs } from './bucket_tabs';
import { accountArn, bucketArn, userArn, write } from './policy';
import { BucketPublicAccessPanel } from './public_access';
import { ShareFolder } from './share_folder';
import classes from './objects.module.css';

// Who may do what in a bucket beyond what its organisation's profiles say: its policy.
export function AccessPage({ bucket }: { bucket: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['policy', bucket], queryFn: () => objects.policy(bucket) });
  return (
    <Page
      title={bucket}
      place={t('bucket.tab.access')}
      above={
        <a href="#/buckets" className="back">
          {t('buckets.title')}
        </a>
      }
    >
      <BucketTabs bucket={bucket} at="access" />
      <Panel title={t('access.title')} flush>
        <Answer query={query}>{(found) => <Policy bucket={bucket} found={found} />}</Answer>
      </Panel>
      {may(who, 's3:GetBucketPublicAccessBlock') && <BucketPublicAccessPanel bucket={bucket} />}
      <Names bucket={bucket} />
    </Page>
  );
}

function Policy({ bucket, found }: { bucket: string; found: BucketPolicy }) {
  const { t } = useSpeech();
  const who = useWho();
  const kept = found.policy === null ? '' : write(found.policy);
  const mayWrite = may(who, 's3:PutBucketPolicy');
  if (!mayWrite && kept === '') {
    return (
      <Empty icon="account" title={t('access.none')}>
        {t('access.none.means')}
      </Empty>
    );
  }
  return (
    <div className="panel-body stack">
      <p className="soft">{t('access.lead')}</p>
      {mayWrite ? (
        <Editor bucket={bucket} kept={kept} />
      ) : (
        <pre className="code" tabIndex={0} aria-label={t('access.policy')}>
          {kept}
        </pre>
      )}
    </div>
  );
}

const rowsMin = 12;
const rowsMax = 32;

function Editor({ bucket, kept }: { bucket: string; kept: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const field = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState<string | null>(null);
  const [asking, setAsking] = useState<'share' | 'remove' | null>(null);
  const text = draft ?? kept;
  const save = useMutation({
    mutationFn: () => objects.setPolicy(bucket, text),
    onSuccess: async () => {
      await askAgain(queries, ['policy', bucket]);
      await askAgain(queries, ['public-access', bucket]);
      setDraft(null);
    },
    // The field is described by what is wrong with it.
    onError: () => field.current?.focus(),
  });
  const edit = (changed: string) => {
    save.reset();
    setDraft(changed);
  };
  const problem = save.isError ? asProblem(save.error) : null;
  const isOfDocument = problem?.messageId.startsWith('policy.') ?? false;
  return (
    <>
      <Textarea
        ref={field}
        label={t('access.policy')}
        description={t('access.policy.how')}
        error={isOfDocument ? problem?.detail : null}
        classNames={{ input: classes.editor }}
        rows={Math.min(rowsMax, Math.max(rowsMin, text.split('\n').length + 1))}
        resize="vertical"
        wrap="off"
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        value={text}
        onChange={(event) => edit(event.currentTarget.value)}
      />
      {problem !== null && !isOfDocument && <Failure error={problem} />}
      <div className="row">
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t('access.save')}
        </Button>
        <Button variant="default" onClick={() => setAsking('share')}>
          {t('access.share')}
        </Button>
        {kept !== '' && may(who, 's3:DeleteBucketPolicy') && (
          <Button variant="default" onClick={() => setAsking('remove')}>
            {t('access.remove')}
          </Button>
        )}
        <span role="status">
          {save.isSuccess && (
            <span className="chip" data-tone="accent">
              <Icon name="pass" size={14} />
              {t('access.saved')}
            </span>
          )}
        </span>
      </div>
      {asking === 'share' && (
        <ShareFolder bucket={bucket} text={text} onWritten={edit} onClose={() => setAsking(null)} />
      )}
      {asking === 'remove' && (
        <Confirm
          title={t('access.remove')}
          action={t('access.remove')}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            await objects.deletePolicy(bucket);
            await askAgain(queries, ['policy', bucket]);
            await askAgain(queries, ['public-access', bucket]);
            save.reset();
            setDraft(null);
          }}
        >
          <p>{t('access.remove.ask')}</p>
        </Confirm>
      )}
    </>
  );
}

// How a policy calls people and things, with the reader's own names.
function Names({ bucket }: { bucket: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const { account } = who.tenant;
  const names = [
    ['access.names.account', accountArn(account)],
    ['access.names.user', userArn(account, who.user.name)],
    ['access.names.bucket', bucketArn(bucket)],
    ['access.names.objects', `${bucketArn(bucket)}/*`],
  ] as const;
  return (
    <Panel title={t('access.names')}>
      <div className="stack">
        <p className="soft">{t('access.names.lead')}</p>
        <div>
          <h3 className={classes.nameOf}>{t('access.account')}</h3>
          <Copyable label={t('access.account')} value={account} />
        </div>
        <dl className={classes.names}>
          {names.map(([label, arn]) => (
            <div key={label}>
              <dt className={classes.nameOf}>{t(label)}</dt>
              <dd>
                <code className="wrap-anywhere">{arn}</code>
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}

import { Button, Progress } from '@mantine/core';
import { Icon, type IconName } from '../elements/icon';
import { Panel } from '../elements/page';
import { wordProblem } from '../elements/states';
import { useSpeech } from '../language/speech';
import { isActive, progressOf, type Upload, type UploadState } from './upload_queue';
import { useUploads, type Uploads } from './uploads';
import classes from './objects.module.css';

const signs: Record<UploadState, { icon: IconName; tone: string }> = {
  waiting: { icon: 'stale', tone: 'unknown' },
  sending: { icon: 'upload', tone: 'accent' },
  done: { icon: 'pass', tone: 'pass' },
  exists: { icon: 'copies', tone: 'stale' },
  failed: { icon: 'error', tone: 'fail' },
  cancelled: { icon: 'no_data', tone: 'unknown' },
};

// So many are shown one by one, those that are not done before the others.
const linesMax = 100;

export function UploadList({ bucket }: { bucket: string }) {
  const { t, count } = useSpeech();
  const uploads = useUploads();
  const list = uploads.list.filter((each) => each.bucket === bucket);
  if (list.length === 0) return null;
  const active = list.some(isActive);
  const done = list.filter((each) => each.state === 'done').length;
  const lines =
    list.length <= linesMax
      ? list
      : [
          ...list.filter((each) => each.state !== 'done'),
          ...list.filter((each) => each.state === 'done'),
        ].slice(0, linesMax);
  const summary = count('uploads.done', done, { of: list.length });
  return (
    <Panel
      title={t('uploads.title')}
      flush
      aside={
        <div className="row">
          <span className="soft">{summary}</span>
          {list.some((each) => !isActive(each)) && (
            <Button size="compact-sm" variant="subtle" onClick={() => uploads.clear(bucket)}>
              {t('uploads.clear')}
            </Button>
          )}
        </div>
      }
    >
      {active && (
        <Progress
          value={progressOf(list) * 100}
          size="xs"
          radius={0}
          mt="xs"
          aria-label={t('uploads.title')}
        />
      )}
      <ul className={classes.uploads}>
        {lines.map((upload) => (
          <UploadLine key={upload.id} upload={upload} uploads={uploads} />
        ))}
      </ul>
      {lines.length < list.length && (
        <p className="panel-body soft">{count('uploads.more', list.length - lines.length)}</p>
      )}
    </Panel>
  );
}

function UploadLine({ upload, uploads }: { upload: Upload; uploads: Uploads }) {
  const speech = useSpeech();
  const { t, bytes } = speech;
  const sign = signs[upload.state];
  const percent =
    upload.file.size === 0 ? 0 : Math.min(100, (upload.sent / upload.file.size) * 100);
  const problem = upload.state === 'failed' ? wordProblem(speech, upload.error) : null;
  return (
    <li className={classes.upload} data-upload={upload.state}>
      <span className={classes.uploadName}>{upload.key}</span>
      <span className="chip" data-tone={sign.tone}>
        <Icon name={sign.icon} size={13} />
        {t(`upload.${upload.state}`)}
      </span>
      <span className={`soft numeric ${classes.uploadSize ?? ''}`}>
        {upload.state === 'sending'
          ? `${bytes(Math.min(upload.sent, upload.file.size))} / ${bytes(upload.file.size)}`
          : bytes(upload.file.size)}
      </span>
      <span className={classes.uploadActs}>
        {upload.state === 'exists' && (
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => uploads.replace(upload.id)}
            aria-label={`${t('uploads.replace')}: ${upload.key}`}
          >
            {t('uploads.replace')}
          </Button>
        )}
        {(upload.state === 'failed' || upload.state === 'cancelled') && (
          <Button size="compact-sm" variant="light" onClick={() => uploads.retry(upload.id)}>
            {t('action.retry')}
          </Button>
        )}
        {isActive(upload) && (
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => uploads.cancel(upload.id)}
            aria-label={`${t('action.cancel')}: ${upload.key}`}
          >
            {t('action.cancel')}
          </Button>
        )}
      </span>
      {upload.state === 'sending' && (
        <Progress
          className={classes.uploadBar ?? ''}
          value={percent}
          size="sm"
          aria-label={upload.key}
        />
      )}
      {problem !== null && (
        <p className={classes.uploadProblem}>
          {problem.title} {problem.detail}
        </p>
      )}
    </li>
  );
}

import { RingProgress } from '@mantine/core';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import { placeOf } from './place';
import { isActive, isHeld, progressOf } from './upload_queue';
import { useUploads } from './uploads';
import classes from './objects.module.css';

// In the bar while something is being sent or waits for an answer: how far it is, and the way back.
export function UploadSign() {
  const { t, count } = useSpeech();
  const { list } = useUploads();
  const active = list.filter(isActive);
  const held = list.filter(isHeld);
  const first = active[0] ?? held[0];
  const done = list.length > 0 && active.length === 0;
  const words =
    active.length > 0
      ? count('uploads.underway', active.length)
      : held.length > 0
        ? count('uploads.held', held.length)
        : '';
  const percent = Math.round(progressOf(list) * 100);
  return (
    <>
      <span className="visually-hidden" role="status">
        {done ? (words === '' ? t('uploads.all_done') : words) : ''}
      </span>
      {first !== undefined && (
        <a
          href={placeOf(first.bucket, first.prefix)}
          className={classes.uploadSign}
          data-uploads={active.length > 0 ? 'underway' : 'held'}
        >
          {active.length > 0 ? (
            <RingProgress
              size={26}
              thickness={3}
              sections={[{ value: percent, color: 'var(--accent)' }]}
              aria-hidden="true"
            />
          ) : (
            <Icon name="error" size={19} />
          )}
          <span className={classes.uploadSignWords}>
            {words}
            {active.length > 0 && <span className="numeric"> · {percent}&#x202f;%</span>}
          </span>
        </a>
      )}
    </>
  );
}

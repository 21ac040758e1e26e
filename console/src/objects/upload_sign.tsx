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
          {active.length > 0 ? <Ring percent={percent} /> : <Icon name="error" size={19} />}
          <span className={classes.uploadSignWords}>
            {words}
            {active.length > 0 && <span className="numeric"> · {percent}&#x202f;%</span>}
          </span>
        </a>
      )}
    </>
  );
}

function Ring({ percent }: { percent: number }) {
  return (
    <svg width={24} height={24} viewBox="0 0 36 36" aria-hidden="true" className={classes.ring}>
      <circle cx={18} cy={18} r={14} pathLength={100} />
      <circle cx={18} cy={18} r={14} pathLength={100} strokeDasharray={`${String(percent)} 100`} />
    </svg>
  );
}

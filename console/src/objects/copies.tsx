import { useQuery } from '@tanstack/react-query';
import { objects } from '../api/routes';
import type { ObjectCopies, ObjectCopy } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Icon, type IconName } from '../elements/icon';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import classes from './objects.module.css';

const signs: Record<ObjectCopy['state'], { icon: IconName; tone: string }> = {
  healthy: { icon: 'pass', tone: 'pass' },
  missing: { icon: 'fail', tone: 'fail' },
  corrupt: { icon: 'error', tone: 'error' },
  unchecked: { icon: 'no_data', tone: 'unknown' },
};

export function CopiesDialog({
  bucket,
  objectKey,
  onClose,
}: {
  bucket: string;
  objectKey: string;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['copies', bucket, objectKey],
    queryFn: () => objects.copies(bucket, objectKey),
    staleTime: 0,
  });
  return (
    <Dialog title={t('copies.title')} size="xl" onClose={onClose}>
      <Answer query={query}>{(answer) => <Copies answer={answer} />}</Answer>
    </Dialog>
  );
}

function Copies({ answer }: { answer: ObjectCopies }) {
  const { t, count, bytes } = useSpeech();
  const { object, copies, placement } = answer;
  const sites = new Map<string, ObjectCopy[]>();
  for (const copy of copies) sites.set(copy.site, [...(sites.get(copy.site) ?? []), copy]);
  const good = copies.filter((copy) => copy.state === 'healthy');
  const healthy = good.length;
  const sitesOfGood = new Set(good.map((copy) => copy.site)).size;
  const enough = healthy >= placement.copies && sitesOfGood >= placement.sites_min;
  return (
    <div className="stack">
      <p className="mono wrap-anywhere">{object.key}</p>
      <p className="notice" data-tone={enough ? 'pass' : 'fail'}>
        <Icon name={enough ? 'pass' : 'fail'} />
        {count('copies.healthy', healthy, { of: placement.copies })}
        {healthy > 0 && ` ${count('copies.sites', sitesOfGood)}`}
      </p>
      <div className={classes.sites}>
        {[...sites].map(([site, there]) => (
          <section key={site} className={classes.site} aria-label={site}>
            <h3>{site}</h3>
            {there.map((copy, at) => (
              <CopyCard key={`${copy.disk ?? ''} ${String(at)}`} copy={copy} />
            ))}
          </section>
        ))}
      </div>
      <dl className="facts">
        <div>
          <dt>{t('objects.size')}</dt>
          <dd>{bytes(object.size_bytes)}</dd>
        </div>
        <div>
          <dt>{t('objects.type')}</dt>
          <dd>{object.content_type}</dd>
        </div>
        <div>
          <dt>{'ETag'}</dt>
          <dd className="mono">{object.etag}</dd>
        </div>
        {typeof object.sha256 === 'string' && object.sha256 !== '' && (
          <div className="wide">
            <dt>{'SHA-256'}</dt>
            <dd className="mono">{object.sha256}</dd>
          </div>
        )}
      </dl>
      <p className="soft">{t('copies.read_now')}</p>
    </div>
  );
}

function CopyCard({ copy }: { copy: ObjectCopy }) {
  const { t } = useSpeech();
  const sign = signs[copy.state];
  return (
    <div className={classes.copy}>
      <div className="row">
        <span className="chip" data-tone={sign.tone}>
          <Icon name={sign.icon} size={14} />
          {t(`copy.${copy.state}`)}
        </span>
        {copy.simulated && <span className="tag">{t('proof.simulated')}</span>}
      </div>
      {copy.disk !== undefined && (
        <p>
          <strong>{copy.disk}</strong> <span className="soft">{copy.server}</span>
        </p>
      )}
      {copy.path !== undefined && <p className="mono soft wrap-anywhere">{copy.path}</p>}
    </div>
  );
}

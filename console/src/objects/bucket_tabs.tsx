import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { accessPlaceOf, placeOf } from './place';

// The two sides of a bucket: what is in it, and who may do what there.
export function BucketTabs({ bucket, at }: { bucket: string; at: 'objects' | 'access' }) {
  const { t } = useSpeech();
  const who = useWho();
  if (!may(who, 's3:GetBucketPolicy')) return null;
  const tab = (name: 'objects' | 'access', place: string) => (
    <a href={place} aria-current={name === at ? 'page' : undefined}>
      {t(`bucket.tab.${name}`)}
    </a>
  );
  return (
    <nav className="tabs" aria-label={t('bucket.tabs')}>
      {tab('objects', placeOf(bucket))}
      {tab('access', accessPlaceOf(bucket))}
    </nav>
  );
}

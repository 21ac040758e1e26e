import { useQuery } from '@tanstack/react-query';
import { objects } from '../api/routes';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { accessPlaceOf, placeOf } from './place';
import { OpenMark } from './public_access';

// The two sides of a bucket: what is in it, and who may do what there; marked when that is
// everybody.
export function BucketTabs({ bucket, at }: { bucket: string; at: 'objects' | 'access' }) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({
    queryKey: ['public-access', bucket],
    queryFn: () => objects.publicAccess(bucket),
    enabled: may(who, 's3:GetBucketPublicAccessBlock'),
  });
  if (!may(who, 's3:GetBucketPolicy')) return null;
  const tab = (name: 'objects' | 'access', place: string) => (
    <a href={place} aria-current={name === at ? 'page' : undefined}>
      {t(`bucket.tab.${name}`)}
    </a>
  );
  return (
    <>
      {query.data?.is_open === true && (
        <p className="row">
          <OpenMark />
        </p>
      )}
      <nav className="tabs" aria-label={t('bucket.tabs')}>
        {tab('objects', placeOf(bucket))}
        {tab('access', accessPlaceOf(bucket))}
      </nav>
    </>
  );
}

import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

// What came of making a secret: its parts, which are shown this once, or why there is none.
export function MadeSecret<T>({
  made,
  children,
}: {
  made: UseMutationResult<T, Error, void>;
  children: (answer: T) => ReactNode;
}) {
  const { t } = useSpeech();
  if (made.isError) {
    return (
      <div className="panel-body">
        <Failure error={made.error} />
      </div>
    );
  }
  if (!made.isSuccess) return null;
  return (
    <div className="panel-body once" role="status">
      <p>
        <strong>{t('secret.once')}</strong>
      </p>
      {children(made.data)}
    </div>
  );
}

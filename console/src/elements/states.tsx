import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { asProblem } from '../api/problem';
import { hasMessage, type Key } from '../language/message';
import { useSpeech, type Speech } from '../language/speech';
import { Icon, type IconName } from './icon';
import classes from './states.module.css';

// Problems that the console itself finds.
const ours: Readonly<Record<string, Key>> = {
  'console.not_json': 'problem.not_json',
  'console.list_too_long': 'problem.list_too_long',
  'console.passkey_refused': 'problem.passkey_refused',
  'console.passkey_there': 'problem.passkey_there',
  'console.no_passkeys': 'problem.no_passkeys',
};

// What a problem says to the reader. The server's words when it had any; else ours, by status.
export function wordProblem(speech: Speech, thrown: unknown): { title: string; detail: string } {
  const problem = asProblem(thrown);
  if (problem.detail !== '') return { title: problem.message, detail: problem.detail };
  const family =
    ours[problem.messageId] ??
    (problem.status === 0
      ? 'problem.unreachable'
      : problem.status === 403
        ? 'problem.denied'
        : problem.status === 404
          ? 'problem.missing'
          : problem.status === 503
            ? 'problem.unavailable'
            : 'problem.other');
  const todo = `${family}.todo`;
  return {
    title: speech.t(family, { status: problem.status, ...problem.arguments }),
    detail: hasMessage(todo) ? speech.t(todo) : '',
  };
}

export function Loading({ rows = 5 }: { rows?: number }) {
  const { t } = useSpeech();
  return (
    <div className={classes.loading} role="status">
      <span className="visually-hidden">{t('state.loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={`${String(96 - ((row * 17) % 40))}%`} radius="sm" />
      ))}
    </div>
  );
}

export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <span className={classes.emptySign}>
        <Icon name={icon} size={26} />
      </span>
      <p className={classes.emptyTitle}>{title}</p>
      {children !== undefined && <div className="soft">{children}</div>}
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const speech = useSpeech();
  const { title, detail } = wordProblem(speech, error);
  return (
    <div className={classes.failure} role="alert">
      <Icon name="error" size={22} />
      <div>
        <p className={classes.failureTitle}>{title}</p>
        {detail !== '' && <p>{detail}</p>}
        {onRetry !== undefined && (
          <Button size="xs" variant="default" mt="sm" onClick={onRetry}>
            {speech.t('action.retry')}
          </Button>
        )}
      </div>
    </div>
  );
}

// The four honest states of something asked for: loading, failed, empty, there.
export function Answer<T>({
  query,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };
  children: (data: T) => ReactNode;
}) {
  if (query.error !== null && query.error !== undefined && !query.isFetching) {
    return (
      <>
        <div className="panel-body">
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        </div>
        {query.data !== undefined && children(query.data)}
      </>
    );
  }
  if (query.data === undefined) return <Loading />;
  return children(query.data);
}

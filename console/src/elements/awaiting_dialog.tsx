import type { ReactNode } from 'react';
import { Dialog } from './dialog';
import { Answer } from './states';

// A dialog that needs something first: until that is there, or when it failed, the dialog says so.
export function AwaitingDialog<T>({
  query,
  title,
  onClose,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown; isFetching: boolean };
  title: string;
  onClose: () => void;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Dialog title={title} onClose={onClose}>
      <Answer query={query}>{() => null}</Answer>
    </Dialog>
  );
}

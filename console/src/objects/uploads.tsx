import { useQueryClient } from '@tanstack/react-query';
import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { askAgain } from '../api/again';
import { asProblem, type Problem } from '../api/problem';
import { send, type Sending } from '../api/upload';
import { change, enqueue, isActive, startable, type Chosen, type Upload } from './upload_queue';

export interface Uploads {
  list: readonly Upload[];
  add: (chosen: readonly Chosen[], bucket: string, prefix: string) => void;
  replace: (id: number) => void;
  retry: (id: number) => void;
  cancel: (id: number) => void;
  clear: (bucket: string) => void;
}

// The answer to a file that was to be sent only if its key is free.
const isThere = (problem: Problem) =>
  problem.status === 412 || problem.messageId === 'object.precondition';

const UploadsContext = createContext<Uploads | null>(null);

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (uploads === null) throw new Error('outside of UploadsProvider');
  return uploads;
}

// Above the pages: what is being sent goes on wherever in the console one goes.
export function UploadsProvider({ children }: { children: React.ReactNode }) {
  const queries = useQueryClient();
  const [list, setList] = useState<readonly Upload[]>([]);
  const sendings = useRef(new Map<number, Sending>());

  const set = useCallback((id: number, difference: Partial<Upload>) => {
    setList((now) => change(now, id, difference));
  }, []);

  // Starts what may start, whenever the list has changed. The map, not the state, says what has
  // been started: effects run twice in development.
  useEffect(() => {
    for (const upload of startable(list)) {
      if (sendings.current.has(upload.id)) continue;
      const { id, bucket } = upload;
      const sending = send(upload.file, bucket, upload.key, upload.replace, (sent) =>
        set(id, { sent }),
      );
      sendings.current.set(id, sending);
      set(id, { state: 'sending', sent: 0, error: null });
      void sending.done
        .then(async () => {
          set(id, { state: 'done', sent: upload.file.size });
          await askAgain(queries, ['objects', bucket]);
        })
        .catch((thrown: unknown) => {
          if (thrown instanceof DOMException) set(id, { state: 'cancelled' });
          else if (isThere(asProblem(thrown))) set(id, { state: 'exists' });
          else set(id, { state: 'failed', error: thrown });
        })
        .finally(() => sendings.current.delete(id));
    }
  }, [list, queries, set]);

  // Leaving the document would end what is being sent: the browser asks first.
  const active = list.some(isActive);
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);

  // Whoever signs out takes nothing further along.
  useEffect(() => {
    const underway = sendings.current;
    return () => underway.forEach((sending) => sending.cancel());
  }, []);

  const uploads = useMemo<Uploads>(
    () => ({
      list,
      add: (chosen, bucket, prefix) => setList((now) => enqueue(now, chosen, bucket, prefix)),
      replace: (id) => set(id, { state: 'waiting', replace: true }),
      retry: (id) => set(id, { state: 'waiting' }),
      cancel: (id) => {
        const sending = sendings.current.get(id);
        if (sending === undefined) set(id, { state: 'cancelled' });
        else sending.cancel();
      },
      clear: (bucket) =>
        setList((now) => now.filter((each) => isActive(each) || each.bucket !== bucket)),
    }),
    [list, set],
  );
  return <UploadsContext value={uploads}>{children}</UploadsContext>;
}

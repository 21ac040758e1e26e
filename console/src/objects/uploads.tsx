import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { asProblem } from '../api/problem';
import { send, type Sending } from '../api/upload';
import { change, enqueue, isActive, startable, type Upload } from './upload_queue';

export interface Uploads {
  list: readonly Upload[];
  add: (files: File[], prefix: string) => void;
  replace: (id: number) => void;
  retry: (id: number) => void;
  cancel: (id: number) => void;
  clear: () => void;
}

export function useUploads(bucket: string): Uploads {
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
      const { id } = upload;
      const sending = send(upload.file, bucket, upload.key, upload.replace, (sent) =>
        set(id, { sent }),
      );
      sendings.current.set(id, sending);
      set(id, { state: 'sending', sent: 0, error: null });
      void sending.done
        .then(async () => {
          set(id, { state: 'done', sent: upload.file.size });
          await queries.invalidateQueries({ queryKey: ['objects', bucket] });
        })
        .catch((thrown: unknown) => {
          if (thrown instanceof DOMException) set(id, { state: 'cancelled' });
          else if (asProblem(thrown).status === 412) set(id, { state: 'exists' });
          else set(id, { state: 'failed', error: thrown });
        })
        .finally(() => sendings.current.delete(id));
    }
  }, [list, bucket, queries, set]);

  // Leaving the page would end what is being sent: the browser asks first.
  const active = list.some(isActive);
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);

  return {
    list,
    add: (files, prefix) => setList((now) => enqueue(now, files, prefix)),
    replace: (id) => set(id, { state: 'waiting', replace: true }),
    retry: (id) => set(id, { state: 'waiting' }),
    cancel: (id) => {
      const sending = sendings.current.get(id);
      if (sending === undefined) set(id, { state: 'cancelled' });
      else sending.cancel();
    },
    clear: () => setList((now) => now.filter(isActive)),
  };
}

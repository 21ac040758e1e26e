import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { storage } from '../api/routes';
import type { Job } from '../api/types';

export interface JobRun {
  job: Job | undefined;
  running: boolean;
  starting: boolean;
  error: unknown;
  scrub: (disk: string) => void;
  readmit: (disk: string) => void;
  heal: () => void;
}

// The job that this page started last, followed until its end.
export function useJob(): JobRun {
  const queries = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (begin: () => Promise<Job>) => begin(),
    onSuccess: (job) => {
      queries.setQueryData(['job', job.id], job);
      setId(job.id);
    },
  });
  const follow = useQuery({
    queryKey: ['job', id],
    queryFn: () => storage.job(id ?? ''),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data?.state === 'running' ? 700 : false),
  });
  const state = follow.data?.state;
  useEffect(() => {
    if (state !== 'done' && state !== 'failed') return;
    void queries.invalidateQueries({ queryKey: ['disks'] });
    void queries.invalidateQueries({ queryKey: ['replica-sets'] });
  }, [state, queries]);
  return {
    job: id === null ? undefined : follow.data,
    running: state === 'running' && follow.error === null,
    starting: start.isPending,
    error: start.error ?? (id === null ? null : follow.error),
    scrub: (disk) => start.mutate(() => storage.scrub(disk)),
    readmit: (disk) => start.mutate(() => storage.readmit(disk)),
    heal: () => start.mutate(() => storage.heal()),
  };
}

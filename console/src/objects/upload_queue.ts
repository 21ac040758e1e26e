// The uploads of a page: a list that changes by these steps alone, so that it can be tested without
// a browser.
export type UploadState = 'waiting' | 'sending' | 'done' | 'exists' | 'failed' | 'cancelled';

export interface Upload {
  id: number;
  file: File;
  key: string;
  replace: boolean;
  state: UploadState;
  sent: number;
  error: unknown;
}

export const parallelMax = 3;

export function enqueue(
  uploads: readonly Upload[],
  files: readonly File[],
  prefix: string,
): Upload[] {
  const first = uploads.reduce((highest, each) => Math.max(highest, each.id), 0) + 1;
  return [
    ...uploads,
    ...files.map((file, at) => ({
      id: first + at,
      file,
      key: prefix + file.name,
      replace: false,
      state: 'waiting' as const,
      sent: 0,
      error: null,
    })),
  ];
}

export function change(
  uploads: readonly Upload[],
  id: number,
  difference: Partial<Upload>,
): Upload[] {
  return uploads.map((each) => (each.id === id ? { ...each, ...difference } : each));
}

// Who may start now: as many as are free of `parallelMax`, never two of one key at once.
export function startable(uploads: readonly Upload[]): Upload[] {
  const sending = uploads.filter((each) => each.state === 'sending');
  const busy = new Set(sending.map((each) => each.key));
  const chosen: Upload[] = [];
  for (const each of uploads) {
    if (sending.length + chosen.length >= parallelMax) break;
    if (each.state !== 'waiting' || busy.has(each.key)) continue;
    busy.add(each.key);
    chosen.push(each);
  }
  return chosen;
}

export function isActive(upload: Upload): boolean {
  return upload.state === 'waiting' || upload.state === 'sending';
}

// Sent so far of all that is not given up, 0 to 1.
export function progressOf(uploads: readonly Upload[]): number {
  const counted = uploads.filter((each) => isActive(each) || each.state === 'done');
  const total = counted.reduce((sum, each) => sum + each.file.size, 0);
  const sent = counted.reduce(
    (sum, each) =>
      sum + (each.state === 'done' ? each.file.size : Math.min(each.sent, each.file.size)),
    0,
  );
  if (total > 0) return sent / total;
  return counted.length > 0 && counted.every((each) => each.state === 'done') ? 1 : 0;
}

// What one uploads: a list that changes by these steps alone, so that it can be tested without a
// browser. It is of all buckets, and outlives the page on which it was begun.
export type UploadState = 'waiting' | 'sending' | 'done' | 'exists' | 'failed' | 'cancelled';

export interface Upload {
  id: number;
  file: File;
  bucket: string;
  prefix: string; // where it was begun
  key: string;
  replace: boolean;
  state: UploadState;
  sent: number;
  error: unknown;
}

// A file as it was chosen or dropped; `path` has the names of the folders that it was dropped with.
export interface Chosen {
  file: File;
  path: string;
}

export const parallelMax = 3;
// A tree of more is the work of an S3 client.
export const queueMax = 10_000;

export function roomIn(uploads: readonly Upload[]): number {
  return Math.max(0, queueMax - uploads.length);
}

// As many as there is room for.
export function enqueue(
  uploads: readonly Upload[],
  chosen: readonly Chosen[],
  bucket: string,
  prefix: string,
): Upload[] {
  const first = uploads.reduce((highest, each) => Math.max(highest, each.id), 0) + 1;
  return [
    ...uploads,
    ...chosen.slice(0, roomIn(uploads)).map(({ file, path }, at) => ({
      id: first + at,
      file,
      bucket,
      prefix,
      key: prefix + path,
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

const nameOf = (upload: Upload) => `${upload.bucket}/${upload.key}`;

// Who may start now: as many as are free of `parallelMax`, never two of one key at once.
export function startable(uploads: readonly Upload[]): Upload[] {
  const sending = uploads.filter((each) => each.state === 'sending');
  const busy = new Set(sending.map(nameOf));
  const chosen: Upload[] = [];
  for (const each of uploads) {
    if (sending.length + chosen.length >= parallelMax) break;
    if (each.state !== 'waiting' || busy.has(nameOf(each))) continue;
    busy.add(nameOf(each));
    chosen.push(each);
  }
  return chosen;
}

export function isActive(upload: Upload): boolean {
  return upload.state === 'waiting' || upload.state === 'sending';
}

// Waits for a person: to be replaced, or sent again.
export function isHeld(upload: Upload): boolean {
  return upload.state === 'exists' || upload.state === 'failed';
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

import { requestHeaders } from './client';
import { problemOf, unreachable } from './problem';
import { objects } from './routes';

export interface Sending {
  done: Promise<void>;
  cancel: () => void;
}

// Sends a file as it lies on the disk, telling how far it is. XMLHttpRequest, because fetch tells
// nothing of an upload's progress. Rejects with a Problem; 412 when the key is there already and
// `replace` is false.
export function send(
  file: File,
  bucket: string,
  key: string,
  replace: boolean,
  onProgress: (sent: number) => void,
): Sending {
  const call = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    call.open('PUT', objects.addressOf(bucket, key));
    for (const [name, value] of Object.entries(requestHeaders())) {
      call.setRequestHeader(name, value);
    }
    call.setRequestHeader(
      'Content-Type',
      file.type === '' ? 'application/octet-stream' : file.type,
    );
    if (!replace) call.setRequestHeader('If-None-Match', '*');
    call.upload.addEventListener('progress', (event) => onProgress(event.loaded));
    call.addEventListener('load', () => {
      if (call.status >= 200 && call.status < 300) resolve();
      else reject(problemOf(call.status, call.responseText));
    });
    call.addEventListener('error', () => reject(unreachable()));
    call.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
    call.send(file);
  });
  return { done, cancel: () => call.abort() };
}

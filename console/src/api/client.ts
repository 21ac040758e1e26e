import { Problem, problemOf, unreachable } from './problem';

export type Query = Record<string, string | number | readonly string[] | undefined | null>;

interface Call {
  query?: Query;
  body?: unknown;
  // A body that is sent as it was written, whatever is wrong with it; of JSON, or of `type`.
  text?: string;
  type?: string;
  signal?: AbortSignal | undefined;
}

// Where somebody comes in: a refusal there says nothing of the session that the browser may have.
const arrivals = ['session', 'invitation', 'password-reset'];

// The second factor is to be proved anew; of the second one, by the passkey.
const stale = ['iam.step_up_needed', 'iam.passkey_step_up_needed'];

let language = 'en';
let onSessionOver: () => void = () => undefined;

// Asks the person for the second factor again, and says whether it was given.
let onStepUpNeeded: () => Promise<boolean> = () => Promise.resolve(false);

// The language of `detail` in problems, and of other texts that the server words.
export function speak(chosen: string): void {
  language = chosen;
}

// Called when an answer says that nobody is signed in any more.
export function whenSessionIsOver(handler: () => void): void {
  onSessionOver = handler;
}

// Called when the daemon wants the second factor anew; the request is repeated if it was given.
export function whenStepUpIsNeeded(handler: () => Promise<boolean>): void {
  onStepUpNeeded = handler;
}

export function requestHeaders(): Record<string, string> {
  return { Accept: 'application/json', 'Accept-Language': language, 'X-Belfry-Request': '1' };
}

// `parts` become one path segment each, so that a slash inside a key is %2F.
export function address(parts: readonly string[], query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'object' && value !== null) {
      for (const each of value) search.append(name, each);
    } else if (value !== undefined && value !== null && value !== '') {
      search.set(name, String(value));
    }
  }
  const path = parts.map(encodeSegment).join('/');
  const text = search.toString();
  return `/api/v1/${path}${text === '' ? '' : `?${text}`}`;
}

// "." and ".." would be resolved by the browser even when encoded: such keys cannot be addressed
// by a URL, and the server answers 404 for what it gets instead.
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment);
}

export async function request(
  method: string,
  parts: readonly string[],
  call: Call = {},
): Promise<Response> {
  try {
    return await requestOnce(method, parts, call);
  } catch (thrown) {
    const isStale = thrown instanceof Problem && stale.includes(thrown.messageId);
    if (!isStale || !(await onStepUpNeeded())) throw thrown;
    return requestOnce(method, parts, call);
  }
}

async function requestOnce(
  method: string,
  parts: readonly string[],
  call: Call,
): Promise<Response> {
  const headers = requestHeaders();
  const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (call.signal) init.signal = call.signal;
  if (call.body !== undefined) {
    headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(call.body);
  } else if (call.text !== undefined) {
    headers['Content-Type'] = call.type ?? 'application/json';
    init.body = call.text;
  }
  let response: Response;
  try {
    response = await fetch(address(parts, call.query), init);
  } catch (thrown) {
    if (call.signal?.aborted) throw thrown;
    throw unreachable();
  }
  if (response.ok) return response;
  const problem = problemOf(response.status, await response.text().catch(() => ''));
  const isArrival = method === 'POST' && arrivals.includes(parts[0] ?? '');
  if (response.status === 401 && !isArrival) onSessionOver();
  throw problem;
}

export async function ask<T>(
  method: string,
  parts: readonly string[],
  call: Call = {},
): Promise<T> {
  const response = await request(method, parts, call);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

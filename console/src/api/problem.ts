import type { ProblemBody } from './types';

// What went wrong, as RFC 9457 tells it. `messageId` is for the program, `detail` for the reader:
// the server has worded it in the reader's language.
export class Problem extends Error {
  readonly status: number;
  readonly messageId: string;
  readonly detail: string;
  readonly arguments: Readonly<Record<string, string>>;

  constructor(status: number, messageId: string, title: string, detail: string, args = {}) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.messageId = messageId;
    this.detail = detail;
    this.arguments = args;
  }
}

// No answer at all: the daemon is not there, or the network is not.
export function unreachable(): Problem {
  return new Problem(0, 'console.unreachable', '', '');
}

// A list that goes on and on.
export function tooLong(count: number): Problem {
  return new Problem(507, 'console.list_too_long', '', '', { count: String(count) });
}

// An answer that is not a problem document (a proxy's page, say) is told by its status alone.
export function problemOf(status: number, text: string): Problem {
  try {
    const body = JSON.parse(text) as Partial<ProblemBody>;
    if (typeof body.message_id === 'string') {
      return new Problem(
        status,
        body.message_id,
        body.title ?? '',
        body.detail ?? '',
        body.arguments ?? {},
      );
    }
  } catch {
    // Not JSON: below.
  }
  return new Problem(status, `console.http_${String(status)}`, '', '');
}

export function asProblem(thrown: unknown): Problem {
  return thrown instanceof Problem ? thrown : unreachable();
}

// One person alone may not give the right, or not by a role: it is asked for with a request.
export function isRequestNeeded(thrown: unknown): boolean {
  const needs = ['iam.request_needed', 'iam.role_of_four_eyes'];
  return thrown instanceof Problem && needs.includes(thrown.messageId);
}

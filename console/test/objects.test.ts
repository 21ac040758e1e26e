import { describe, expect, it } from 'vitest';
import { address } from '../src/api/client';
import { asProblem, Problem, problemOf } from '../src/api/problem';
import {
  crumbsOf,
  fromSegment,
  isBucketName,
  nameWithin,
  placeOf,
  toSegment,
} from '../src/objects/place';
import {
  change,
  enqueue,
  parallelMax,
  progressOf,
  startable,
  type Upload,
} from '../src/objects/upload_queue';

const file = (name: string, size = 10) => new File([new Uint8Array(size)], name);

describe('addresses of the API', () => {
  it('carry a key as one segment', () => {
    expect(address(['buckets', 'b', 'objects', 'a/é %?#.txt'])).toBe(
      '/api/v1/buckets/b/objects/a%2F%C3%A9%20%25%3F%23.txt',
    );
  });

  it('leave out what is not asked', () => {
    expect(address(['x'], { a: '', b: null, c: undefined, d: 0, e: 'ü&' })).toBe(
      '/api/v1/x?d=0&e=%C3%BC%26',
    );
  });
});

describe('addresses of the console', () => {
  it.each(['', 'a/b/', '100%', '~', '%7E', 'é/ü', 'a b?#&', '%2F', '../', '\u0000'])(
    'bring %j back, even decoded once too often',
    (text) => {
      expect(fromSegment(toSegment(text))).toBe(text);
      expect(fromSegment(decodeURIComponent(toSegment(text)))).toBe(text);
      expect(toSegment(text)).not.toContain('/');
    },
  );

  it('do not fail on what somebody typed', () => {
    expect(fromSegment('~~~')).toBe('');
    expect(placeOf('b')).toBe('#/buckets/b');
    expect(placeOf('b', 'a/')).toBe('#/buckets/b/a~2F');
  });
});

describe('prefixes', () => {
  it('lead through their folders', () => {
    expect(crumbsOf('a/b/')).toEqual([
      { label: 'a', prefix: 'a/' },
      { label: 'b', prefix: 'a/b/' },
    ]);
    expect(crumbsOf('')).toEqual([]);
    expect(crumbsOf('a//')).toEqual([
      { label: 'a', prefix: 'a/' },
      { label: '', prefix: 'a//' },
    ]);
    expect(crumbsOf('a/pre')).toEqual([
      { label: 'a', prefix: 'a/' },
      { label: 'pre', prefix: 'a/pre' },
    ]);
  });

  it('are not said again in names', () => {
    expect(nameWithin('a/b.txt', 'a/')).toBe('b.txt');
    expect(nameWithin('b.txt', 'a/')).toBe('b.txt');
  });
});

describe("a bucket's name", () => {
  it.each(['abc', 'a-b.c', '0a0', 'a'.repeat(63)])('%s is one', (name) => {
    expect(isBucketName(name)).toBe(true);
  });
  it.each(['ab', 'Abc', 'a..b', '-ab', 'ab-', '192.168.0.1', 'a_b', 'a'.repeat(64), ''])(
    '%s is none',
    (name) => {
      expect(isBucketName(name)).toBe(false);
    },
  );
});

describe('the upload queue', () => {
  const queue = (count: number) =>
    enqueue(
      [],
      Array.from({ length: count }, (_, at) => file(`f${String(at)}`)),
      'p/',
    );

  it('puts files under the prefix, with ids of their own', () => {
    const first = queue(2);
    const more = enqueue(first, [file('f0')], '');
    expect(more.map((each) => each.key)).toEqual(['p/f0', 'p/f1', 'f0']);
    expect(new Set(more.map((each) => each.id)).size).toBe(3);
  });

  it('starts no more than so many at once', () => {
    let uploads: Upload[] = queue(10);
    const started = startable(uploads);
    expect(started).toHaveLength(parallelMax);
    for (const each of started) uploads = change(uploads, each.id, { state: 'sending' });
    expect(startable(uploads)).toEqual([]);
    uploads = change(uploads, started[0]?.id ?? 0, { state: 'failed' });
    expect(startable(uploads)).toHaveLength(1);
  });

  it('never sends one key twice at the same time', () => {
    const uploads = enqueue(enqueue([], [file('same')], ''), [file('same')], '');
    expect(startable(uploads)).toHaveLength(1);
  });

  it('counts what is sent, and nothing that was given up', () => {
    let uploads = queue(4);
    uploads = change(uploads, 1, { state: 'done', sent: 10 });
    uploads = change(uploads, 2, { state: 'sending', sent: 5 });
    uploads = change(uploads, 3, { state: 'cancelled', sent: 9 });
    expect(progressOf(uploads)).toBeCloseTo(15 / 30);
    expect(progressOf([])).toBe(0);
    expect(progressOf(enqueue([], [file('empty', 0)], ''))).toBe(0);
  });
});

describe('problems', () => {
  it('are what the server says', () => {
    const problem = problemOf(
      409,
      JSON.stringify({
        message_id: 'bucket.exists',
        title: 't',
        detail: 'd',
        arguments: { a: 'b' },
      }),
    );
    expect(problem.messageId).toBe('bucket.exists');
    expect(problem.detail).toBe('d');
    expect(problem.arguments).toEqual({ a: 'b' });
  });

  it('are told by status when something else answered', () => {
    expect(problemOf(502, '<html>').messageId).toBe('console.http_502');
    expect(problemOf(500, '"text"').status).toBe(500);
    expect(asProblem(new TypeError('failed to fetch')).status).toBe(0);
    const problem = new Problem(403, 'iam.denied', '', '');
    expect(asProblem(problem)).toBe(problem);
  });
});

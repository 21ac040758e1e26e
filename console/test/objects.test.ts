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

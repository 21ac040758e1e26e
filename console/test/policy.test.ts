import { describe, expect, it } from 'vitest';
import { isAccount, readFolder, withStatements } from '../src/objects/policy';

describe('a folder that another account may read', () => {
  const [read, list] = readFolder('photos', '000000000007', 'reports/2026');

  it('is read and listed, and nothing else', () => {
    expect(read).toMatchObject({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000007:root' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::photos/reports/2026/*',
    });
    expect(list).toMatchObject({
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::photos',
      Condition: { StringLike: { 's3:prefix': 'reports/2026/*' } },
    });
  });

  it('is the same with a slash at its end', () => {
    expect(readFolder('photos', '000000000007', 'reports/2026/')).toEqual([read, list]);
  });

  it('is itself even when its name has signs of patterns', () => {
    const [odd] = readFolder('b', '000000000007', 'a*b?${c}');
    expect(odd?.Resource).toBe('arn:aws:s3:::b/a${*}b${?}${$}{c}/*');
  });
});

describe('statements that are added', () => {
  const more = readFolder('b', '000000000007', 'in');
  const written = (text: string) => JSON.parse(withStatements(text, more) ?? 'null') as unknown;

  it('make a document where there is none', () => {
    expect(written('  \n')).toEqual({ Version: '2012-10-17', Statement: more });
  });

  it('come after those that are there, which stay as they are', () => {
    const own = { Sid: 'Own', Effect: 'Deny' };
    const together = { Id: 'x', Statement: [own, ...more] };
    expect(written(JSON.stringify({ Id: 'x', Statement: [own] }))).toEqual(together);
    expect(written(JSON.stringify({ Id: 'x', Statement: own }))).toEqual(together);
  });

  it.each(['{', '[]', '7', 'null', '{}', '{"Statement": "x"}'])('are not added to %s', (text) => {
    expect(withStatements(text, more)).toBeNull();
  });
});

it('an account has twelve digits', () => {
  expect(['000000000007', '7', '0000000000070', '00000000000a'].map(isAccount)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

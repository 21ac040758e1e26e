import { describe, expect, it } from 'vitest';
import {
  choicesOf,
  faultOf,
  newGrant,
  readParts,
  services,
  writeParts,
  type Part,
} from '../src/people/builder';
import { rangeOf, statementIn } from '../src/people/policy_place';
import { byService, tell } from '../src/people/statements';

describe('the builder', () => {
  const grants: Part[] = services.map((service) => ({ grant: newGrant(service), sid: null }));

  it('reads again what it wrote', () => {
    expect(readParts(writeParts(grants))).toEqual(grants);
    const placed: Part = {
      grant: { effect: 'Deny', service: 'objects', choices: ['delete'], buckets: ['a', 'b-*'] },
      sid: 'Keeps',
    };
    expect(readParts(writeParts([placed, ...grants]))).toEqual([placed, ...grants]);
    for (const service of services) {
      for (const choice of Object.keys(choicesOf[service])) {
        const one: Part = {
          grant: { effect: 'Allow', service, choices: [choice], buckets: [] },
          sid: null,
        };
        expect(readParts(writeParts([one]))).toEqual([one]);
      }
    }
  });

  it('names the bucket and what is in it', () => {
    const text = writeParts([
      {
        grant: { effect: 'Allow', service: 'objects', choices: ['write'], buckets: ['in'] },
        sid: null,
      },
    ]);
    expect(JSON.parse(text)).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
          Resource: ['arn:aws:s3:::in', 'arn:aws:s3:::in/*'],
        },
      ],
    });
  });

  it('keeps what it cannot say, where it stood', () => {
    const odd = [
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::in/2026/*' },
      { Effect: 'Allow', NotAction: 's3:*', Resource: '*' },
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObjectAcl'], Resource: '*' },
      { Effect: 'Allow', Action: 'audit:List*', Resource: '*', Condition: { Bool: {} } },
      { Effect: 'Allow', Action: ['audit:List*', 'audit:Get*'], Resource: 'arn:aws:s3:::in' },
      { Effect: 'allow', Action: ['audit:List*', 'audit:Get*'], Resource: '*' },
      7,
    ];
    const document = { Version: '2012-10-17', Statement: odd };
    const parts = readParts(JSON.stringify(document));
    expect(parts).toEqual(odd.map((kept) => ({ kept })));
    expect(JSON.parse(writeParts(parts ?? []))).toEqual(document);
  });

  it.each(['{', '[]', 'null', '{}', '{"Statement": "x"}', '{"Id": "x", "Statement": []}'])(
    'leaves %s alone',
    (text) => {
      expect(readParts(text)).toBeNull();
    },
  );

  it('takes one statement without its list', () => {
    const one = { Effect: 'Deny', Action: 's3:DeleteObject', Resource: '*' };
    expect(readParts(JSON.stringify({ Statement: one }))).toHaveLength(1);
  });

  it('says what is missing', () => {
    const grant = newGrant();
    expect(faultOf(grant)).toBeNull();
    expect(faultOf({ ...grant, choices: [] })).toBe('nothing_chosen');
    for (const bucket of ['a/b', 'Capital', '', '${aws:username}']) {
      expect(faultOf({ ...grant, buckets: [bucket] }), bucket).toBe('bad_bucket');
    }
  });
});

describe('the place of a problem', () => {
  const text = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "a \\"}", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:ListBucket", "GetObject"],
     "Condition": {"Bool": {"aws:SecureTransport": 7}}}
  ]
}`;
  const at = (where: string) => {
    const range = rangeOf(text, where);
    return range === null ? null : [range.line, text.slice(range.start, range.end)];
  };

  it('is found in the text', () => {
    expect(at('Version')).toEqual([2, '"2012-10-17"']);
    expect(at('Statement[0].Action')).toEqual([4, '"s3:GetObject"']);
    expect(at('Statement[1].Action')).toEqual([5, '["s3:ListBucket", "GetObject"]']);
    expect(at('Statement[1].Condition.Bool')).toEqual([6, '{"aws:SecureTransport": 7}']);
    expect(at('Statement[0]')?.[0]).toBe(4);
  });

  it('is the text that is named there, however it is written', () => {
    const range = rangeOf(text, 'Statement[1]', 'getobject');
    expect(text.slice(range?.start, range?.end)).toBe('"GetObject"');
    expect(range?.line).toBe(5);
    expect(rangeOf(text, 'Statement[1]', 'no such')?.line).toBe(5);
  });

  it('is as near as the text follows', () => {
    expect(at('Statement[1].Resource')?.[0]).toBe(5);
    expect(at('Statement[9].Action')?.[0]).toBe(3);
    expect(at('document')).toBeNull();
    expect(rangeOf('', 'Statement')).toBeNull();
    expect(rangeOf('{"Statement": {"Action": 5}}', 'Statement.Action')?.start).toBe(25);
    expect(rangeOf('{"Statement": {"Action": 5}}', 'Statement[0].Action')?.start).toBe(25);
  });

  it.each(['{"a', '{"a"', '{"a":', '{"a": [', '{"a": {"b"', '[[[[', '{"a": "\\'])(
    'ends in the broken text %s',
    (broken) => {
      expect(() => rangeOf(broken, 'a[0].b')).not.toThrow();
    },
  );

  it('tells the statement', () => {
    expect(statementIn('Statement[3].Action')).toBe(3);
    expect(statementIn('Statement.Action')).toBe(0);
    expect(statementIn('Statement')).toBe(0);
    expect(statementIn('document')).toBeNull();
  });
});

describe('a statement that is told', () => {
  it('has its scope apart from other conditions', () => {
    const [told] = tell({
      Statement: {
        Sid: 'OwnAccount',
        Effect: 'Deny',
        NotAction: ['iam:Get*', 's3:*', 'iam:List*', '*'],
        NotResource: '*',
        Condition: {
          'ForAnyValue:StringEquals': { 'belfry:ResourceScope': ['self', 'own'] },
          Bool: { 'aws:SecureTransport': false },
        },
      },
    });
    expect(told).toEqual({
      sid: 'OwnAccount',
      denies: true,
      actions: ['iam:Get*', 's3:*', 'iam:List*', '*'],
      otherwise: true,
      resources: ['*'],
      elsewhere: true,
      scopes: ['self', 'own'],
      conditions: ['Bool aws:SecureTransport: false'],
    });
    expect(byService(told?.actions ?? [])).toEqual([
      ['iam', ['iam:Get*', 'iam:List*']],
      ['s3', ['s3:*']],
      [null, ['*']],
    ]);
  });
});

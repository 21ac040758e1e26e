import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../src/api/types';
import { saysTheSame, verdictOf, type Verified } from '../src/audit/agreement';

const said = {
  class_uid: 6003,
  status_id: 2,
  time: 1_795_000_000_000,
  status_detail: 'iam.denied',
  actor: { user: { name: 'arn:aws:iam::000000000002:user/claire' } },
  src_endpoint: { ip: '192.0.2.7' },
  api: { operation: 's3:GetObject' },
  resources: [{ name: 'arn:aws:s3:::papers/a' }],
  unmapped: { request_id: '7f3a' },
};
// The contract says of it that it is an object, and no more.
const ocsf = said as object as AuditEvent['ocsf'];
const event: AuditEvent = {
  index: 7,
  part: 0,
  time_us: 1_795_000_000_000_000,
  class_uid: 6003,
  action: 's3:GetObject',
  outcome: 'failure',
  reason: 'You may not do this.',
  actor: 'arn:aws:iam::000000000002:user/claire',
  source_ip: '192.0.2.7',
  resource: 'arn:aws:s3:::papers/a',
  ocsf,
};

describe('an entry and what the page shows of it', () => {
  it('agree in whatever order', () => {
    const turned = Object.fromEntries(Object.entries(ocsf).reverse());
    expect(saysTheSame(JSON.stringify(turned), event)).toBe(true);
  });

  it('agree without what an event may lack', () => {
    const bare = { class_uid: 2003, status_id: 1, time: 1 } as object as AuditEvent['ocsf'];
    const shown: AuditEvent = {
      ...event,
      ...{ time_us: 1000, class_uid: 2003, outcome: 'success' },
      ...{ action: '', reason: '', actor: '', source_ip: '', resource: '', ocsf: bare },
    };
    expect(saysTheSame(JSON.stringify(bare), shown)).toBe(true);
  });

  // The true event beside untrue words about it.
  it.each([
    { time_us: event.time_us + 1 },
    { class_uid: 3002 },
    { action: 's3:PutObject' },
    { outcome: 'success' as const },
    { reason: '' },
    { actor: 'system' },
    { source_ip: '' },
    { resource: 'arn:aws:s3:::papers/b' },
    { ocsf: { ...said, status_id: 1 } as object as AuditEvent['ocsf'] },
  ])('differ where the page shows %o', (untrue) => {
    expect(saysTheSame(JSON.stringify(ocsf), { ...event, ...untrue })).toBe(false);
  });

  it.each([undefined, '', 'no JSON', 'null', '[]', '{}'])('differ where it is %o', (text) => {
    expect(saysTheSame(text, event)).toBe(false);
  });
});

describe('the verdict', () => {
  const proved: Verified = {
    note: { text: new Uint8Array(), origin: 'x', size: 8, root: new Uint8Array(), signatures: [] },
    signature: true,
    leaf: new Uint8Array(),
    hash: '',
    path: 3,
    computed: '',
    included: true,
    opened: true,
    agrees: true,
  };

  it('is good where all was looked at', () => {
    expect(verdictOf(proved)).toBe('pass');
  });

  it.each([{ signature: null }, { opened: null, agrees: false }])('is open with %o', (found) => {
    expect(verdictOf({ ...proved, ...found })).toBe('unknown');
  });

  it.each([
    { note: null },
    { signature: false },
    { included: false },
    { opened: false },
    { agrees: false },
    { signature: null, agrees: false },
    { opened: null, included: false },
  ])('is bad with %o', (found) => {
    expect(verdictOf({ ...proved, ...found })).toBe('fail');
  });
});

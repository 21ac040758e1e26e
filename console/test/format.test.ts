import { describe, expect, it } from 'vitest';
import { browserOf } from '../src/account/browser_name';
import { qrPath } from '../src/account/qr';
import {
  filterOf,
  isEmpty,
  noFields,
  placeOfFields,
  readFields,
  tidied,
  toUs,
} from '../src/audit/filter';
import { formatAge, formatBytes, formatDuration } from '../src/language/format';
import { fromSegment } from '../src/objects/place';

const plain = (text: string) => text.replace(/\s/gu, ' ');

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [200 * 1024 * 1024, '200 MiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [3 * 1024 ** 6, '3,072 PiB'],
  ])('%d octets', (octets, text) => {
    expect(plain(formatBytes(octets, 'en'))).toBe(text);
  });

  it('are French in French', () => {
    expect(plain(formatBytes(1536, 'fr'))).toBe('1,5 Kio');
  });
});

describe('ages', () => {
  const now = 1_700_000_000_000;
  const ago = (seconds: number) => (now - seconds * 1000) * 1000;
  it.each([
    [0, 'now'],
    [59, '59 seconds ago'],
    [60, '1 minute ago'],
    [3599, '59 minutes ago'],
    [7200, '2 hours ago'],
    [86_400, 'yesterday'],
    [-3600, 'in 1 hour'],
  ])('%d s', (seconds, text) => {
    expect(formatAge(ago(seconds), now, 'en')).toBe(text);
  });

  it('are French in French', () => {
    expect(formatAge(ago(120), now, 'fr')).toMatch(/^il y a 2\sminutes$/u);
  });
});

describe('periods', () => {
  it.each([
    [60, '60 s'],
    [300, '5 min'],
    [86_400, '24 h'],
    [1_209_600, '14 d'],
  ])('%d s', (seconds, text) => {
    expect(plain(formatDuration(seconds * 1_000_000, 'en'))).toBe(text);
  });
});

describe("the audit log's filter", () => {
  const now = Date.UTC(2026, 10, 23, 10);

  it('leaves out what was not filled in', () => {
    const typed = tidied({ ...noFields, actor: '  ', action: ' s3:* ' });
    expect(filterOf(typed, now)).toEqual({ action: 's3:*' });
    expect(isEmpty(noFields)).toBe(true);
    expect(isEmpty({ ...noFields, until: '2026-01-01T00:00' })).toBe(false);
  });

  it('asks for every field', () => {
    const typed = { ...noFields, range: 'day', source: '192.0.2.*', class: '3002' };
    expect(filterOf({ ...typed, detail: 'a=b  c=d' }, now)).toEqual({
      from_us: (now - 86_400_000) * 1000,
      source_ip: '192.0.2.*',
      class_uid: 3002,
      detail: ['a=b', 'c=d'],
    });
    expect(filterOf({ ...noFields, class: 'x', range: 'x' }, now)).toEqual({});
  });

  it('forgets the ends of a range that was left', () => {
    const left = tidied({ ...noFields, range: 'week', from: '2026-01-01T00:00' });
    expect(left.from).toBe('');
    expect(tidied({ ...left, range: 'custom', from: '2026-01-01T00:00' }).from).not.toBe('');
  });

  it('goes into the address of the page and comes back', () => {
    const typed = { ...noFields, action: 's3:*', resource: 'arn:aws:s3:::é/100%~a b&c=d' };
    const place = placeOfFields(typed);
    expect(place).not.toMatch(/[%&?]/);
    expect(readFields(fromSegment(place.replace('/audit/', '')))).toEqual(typed);
    expect(placeOfFields(noFields)).toBe('/audit');
  });

  it('takes times of the reader to microseconds', () => {
    expect(toUs('2026-11-23T10:00')).toBe(new Date(2026, 10, 23, 10).getTime() * 1000);
    expect(toUs('')).toBeUndefined();
    expect(toUs('nonsense')).toBeUndefined();
  });
});

describe('browsers', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
      'Edge · Windows',
    ],
    ['belfry/0.1', 'belfry'],
    ['', null],
  ])('%s', (line, name) => {
    expect(browserOf(line)).toBe(name);
  });
});

describe('a QR code', () => {
  it('has its finder pattern inside a quiet zone of four modules', () => {
    const { size, path } = qrPath('otpauth://totp/a?secret=JBSWY3DPEHPK3PXP');
    expect((size - 8 - 17) % 4).toBe(0);
    expect(path.startsWith('M4 4h1v1h-1z')).toBe(true);
    expect(path).not.toContain('M3 ');
  });
});

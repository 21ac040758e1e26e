import { expect, test } from 'vitest';
import { dayOf, usOfDay } from '../src/people/days';

test('a day is its midnight in UTC, wherever the reader is', () => {
  expect(usOfDay('2026-03-01')).toBe(Date.UTC(2026, 2, 1) * 1000);
  expect(usOfDay('')).toBeNull();
  expect(usOfDay('2026-13-01')).toBeNull();
});

test('an instant is shown as the day that it is in', () => {
  const midnight = Date.UTC(2026, 2, 1) * 1000;
  expect(dayOf(midnight)).toBe('2026-03-01');
  expect(dayOf(midnight - 1)).toBe('2026-02-28');
  expect(dayOf(-1)).toBe('1969-12-31');
  expect(dayOf(null)).toBe('');
});

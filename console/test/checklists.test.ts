import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actsOf, daysOf, daysTyped, standingOf } from '../src/people/checklists';

test('what is overdue says so, and what is settled is not', () => {
  expect(standingOf({ state: 'open', overdue: false })).toBe('open');
  expect(standingOf({ state: 'open', overdue: true })).toBe('overdue');
  expect(standingOf({ state: 'waived', overdue: false })).toBe('waived');
});

test('a fact is done by nobody, a step by hand', () => {
  expect(actsOf({ step: null, state: 'open' })).toEqual([]);
  expect(actsOf({ step: null, state: 'done' })).toEqual([]);
  expect(actsOf({ step: '7', state: 'open' })).toEqual(['do', 'waive']);
  expect(actsOf({ step: '7', state: 'done' })).toEqual(['undo']);
  expect(actsOf({ step: '7', state: 'waived' })).toEqual(['undo']);
});

test('days that are left out are none, and zero is a number', () => {
  expect(daysTyped('')).toBeNull();
  expect(daysTyped(' ')).toBeNull();
  expect(daysTyped('0')).toBe(0);
  expect(daysTyped('12')).toBe(12);
  expect(daysTyped('1.5')).toBeNull();
});

test('the days of a step that does not say so are those of the annex', () => {
  const daysMax = (measure: string) => {
    const path = join(import.meta.dirname, '../../annex/10', `${measure}.yaml`);
    return Number(/name: days_max, value: (\d+)/.exec(readFileSync(path, 'utf8'))?.[1]);
  };
  expect(daysOf).toEqual({ arrival: daysMax('S10-P-02'), departure: daysMax('S10-P-04') });
});

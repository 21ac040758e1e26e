import { expect, test } from 'vitest';
import { actsOf, daysTyped, standingOf } from '../src/people/checklists';

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

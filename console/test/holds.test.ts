import { expect, test } from 'vitest';
import { holdFilterOf, wordsOf } from '../src/audit/holds';

test('a search of the log becomes the filter of a hold', () => {
  const filter = { from_us: 5, until_us: 9, actor: 'ada', outcome: 'failure', detail: ['a=b=c'] };
  expect(holdFilterOf(filter, 12)).toEqual({
    from_us: 5,
    until_us: 12,
    actor: 'ada',
    outcome: 'failure',
    details: [{ name: 'a', value: 'b=c' }],
  });
  expect(holdFilterOf({}, undefined)).toEqual({ details: [] });
  expect(holdFilterOf({ outcome: 'maybe' }, undefined)).toEqual({
    outcome: 'maybe',
    details: [],
  });
});

test('a hold says what it is about', () => {
  const held = holdFilterOf({ actor: 'ada', class_uid: 6003, detail: ['a=b'] }, undefined);
  expect(wordsOf(held)).toEqual(['actor=ada', 'class_uid=6003', 'a=b']);
  expect(wordsOf({ actor: '', outcome: null, class_uid: null })).toEqual([]);
});

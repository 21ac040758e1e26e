import { expect, test } from 'vitest';
import type { AttestationTopic } from '../src/api/types';
import { administratorsBefore } from '../src/attestations/access_administrators';
import { isInForce, paragraphsOf } from '../src/attestations/state';

const topic = (administrators: { user: string; active: boolean }[] | null) =>
  ({
    attestation:
      administrators === null
        ? null
        : { administrators: administrators.map((each) => ({ ...each, name: each.user })) },
  }) as unknown as AttestationTopic;

test('who signs is named at first, and later who was named before and is there', () => {
  expect(administratorsBefore(topic(null), '4')).toEqual(['4']);
  expect(administratorsBefore(topic([]), '4')).toEqual(['4']);
  expect(administratorsBefore(topic([{ user: '5', active: true }]), '4')).toEqual(['5']);
  expect(
    administratorsBefore(
      topic([
        { user: '5', active: false },
        { user: '6', active: true },
      ]),
      '4',
    ),
  ).toEqual(['6']);
  expect(administratorsBefore(topic([{ user: '5', active: false }]), '4')).toEqual(['4']);
});

test('what is over cannot be taken back', () => {
  for (const state of ['never', 'ended', 'withdrawn'] as const)
    expect(isInForce(state)).toBe(false);
  for (const state of ['signed', 'text_old', 'administrator_gone'] as const) {
    expect(isInForce(state)).toBe(true);
  }
});

test('an empty line parts paragraphs', () => {
  expect(paragraphsOf('One.\n\nTwo\nlines.')).toEqual(['One.', 'Two\nlines.']);
});

import type { ChecklistItem } from '../api/types';

// How an item stands, and what may be done with it by hand.
export type Standing = ChecklistItem['state'] | 'overdue';
export type StepAct = 'do' | 'waive' | 'undo';

export const listKinds = ['arrival', 'departure'] as const;
// Days of a step that does not say so itself; a mandatory one says no more. They are the parameter
// `days_max` of S10-P-02, of S10-P-04.
export const daysOf = { arrival: 5, departure: 1 };
export const optionalDaysMax = 90;

export function standingOf({ state, overdue }: Pick<ChecklistItem, 'state' | 'overdue'>): Standing {
  return overdue ? 'overdue' : state;
}

// What Belfry sees by itself, nobody does.
export function actsOf({ step, state }: Pick<ChecklistItem, 'step' | 'state'>): StepAct[] {
  if (step === null) return [];
  return state === 'open' ? ['do', 'waive'] : ['undo'];
}

// A number of days as it was typed: null where it is left out.
export function daysTyped(typed: string): number | null {
  const days = Number(typed);
  return typed.trim() === '' || !Number.isInteger(days) ? null : days;
}

import type { Intervention, WhoAmI } from '../api/types';
import { noFields, placeOfFields } from '../audit/filter';
import { isStaff, may } from '../shell/rights';
import { choicesOf } from './builder';

// How long one is open, in hours.
export const hours = [1, 2, 4, 8, 12] as const;

// They end by themselves: what is shown is asked for again so often.
export const refreshMs = 30_000;

// What can be asked for. Nobody of the provider reads or writes policies of buckets.
export const acts = ['list', 'read', 'write', 'delete'] as const;

export function actionsOf(chosen: readonly string[]): string[] {
  return acts.filter((act) => chosen.includes(act)).flatMap((act) => choicesOf.objects[act] ?? []);
}

// A customer's number, with or without the zeros of its account; null: no number.
export function customerOf(typed: string): string | null {
  const number = typed.replace(/\s/g, '');
  return /^\d{1,19}$/.test(number) ? number.replace(/^0+(?=\d)/, '') : null;
}

// Who asked, or acts: names are one's own in the whole provider.
export function isMine(who: WhoAmI, { staff, requested_by_name }: Intervention): boolean {
  return isStaff(who) && (staff === who.user.id || requested_by_name === who.user.name);
}

export function mayDecide(who: WhoAmI, intervention: Intervention): boolean {
  return (
    isStaff(who) &&
    intervention.state === 'pending' &&
    may(who, 'iam:DecideIntervention') &&
    !isMine(who, intervention)
  );
}

export function mayEnd(who: WhoAmI, intervention: Intervention): boolean {
  const isOver = intervention.state !== 'pending' && intervention.state !== 'open';
  return !isOver && (isMine(who, intervention) || may(who, 'iam:EndIntervention'));
}

// The page of the log with all that belongs to an intervention.
export function logOf({ id }: Intervention): string {
  return `#${placeOfFields({ ...noFields, detail: `intervention=${id}` })}`;
}

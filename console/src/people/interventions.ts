import type { Intervention, InterventionKind, WhoAmI } from '../api/types';
import { noFields, placeOfFields } from '../audit/filter';
import { isStaff, may } from '../shell/rights';
import { choicesOf } from './builder';

// How long one is open, in seconds: an ordinary one for hours, a break-glass for an hour at most.
export const durations: Readonly<Record<InterventionKind, readonly number[]>> = {
  ordinary: [1, 2, 4, 8, 12].map((hours) => hours * 3600),
  break_glass: [5, 10, 15, 30, 45, 60].map((minutes) => minutes * 60),
};

// How long a report may be.
export const reportOctetsMax = 4000;

// They end by themselves: what is shown is asked for again so often.
export const refreshMs = 30_000;

// What can be asked for. Nobody of the provider reads or writes policies of buckets.
export const acts = ['list', 'read', 'write', 'delete'] as const;

// What a break-glass that names nothing lets do.
export const everything = 's3:*';

export function actionsOf(chosen: readonly string[]): string[] {
  return acts.filter((act) => chosen.includes(act)).flatMap((act) => choicesOf.objects[act] ?? []);
}

// A customer's number, with or without the zeros of its account; null: no number.
export function customerOf(typed: string): string | null {
  const number = typed.replace(/\s/g, '');
  return /^\d{1,19}$/.test(number) ? number.replace(/^0+(?=\d)/, '') : null;
}

// Who asked, or acts: names are one's own within the provider.
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

// Administrators of a partner see those on its end customers' data: these end them, it does not.
export function isOnOurs(who: WhoAmI, { tenant }: Intervention): boolean {
  return tenant === who.tenant.id;
}

export function mayEnd(who: WhoAmI, intervention: Intervention): boolean {
  const isOver = intervention.state !== 'pending' && intervention.state !== 'open';
  if (!isStaff(who) && !isOnOurs(who, intervention)) return false;
  return !isOver && (isMine(who, intervention) || may(who, 'iam:EndIntervention'));
}

// The rights of a customer's administrator have the same names.
export function mayBreakGlass(who: WhoAmI): boolean {
  return isStaff(who) && may(who, 'iam:BreakGlass');
}

// How much of the time to approve one is left, in whole minutes and at the end in seconds: never
// more than there is. Then it lapses.
export function leftSeconds({ pending_until_us }: Intervention, nowMs: number): number {
  const seconds = Math.max(0, Math.floor((pending_until_us / 1000 - nowMs) / 1000));
  return seconds < 120 ? seconds : seconds - (seconds % 60);
}

// `later`: it is due once the intervention is over. Null: none is, for nothing was open.
export type ReportState = 'later' | 'due' | 'overdue' | 'given';

export function reportStateOf(intervention: Intervention, nowMs: number): ReportState | null {
  const { report, report_due_us, state } = intervention;
  if (report !== null) return 'given';
  if (report_due_us === null) return null;
  if (state !== 'ended') return 'later';
  return nowMs * 1000 < report_due_us ? 'due' : 'overdue';
}

// Who opened it; another administrator where that account is none of the `active` ones any more,
// which are null as long as they are not known.
export function mayReport(
  who: WhoAmI,
  { requested_by_name: opener }: Intervention,
  active: readonly string[] | null,
): boolean {
  if (!isStaff(who)) return false;
  if (opener === who.user.name) return true;
  const isThere = active === null || (opener !== null && active.includes(opener));
  return may(who, 'iam:ReportIntervention') && !isThere;
}

// How much more a report may say: it is counted in octets, of which an accented letter has two.
export function octetsLeft(report: string): number {
  return reportOctetsMax - new TextEncoder().encode(report).length;
}

// The page of the log with all that belongs to an intervention.
export function logOf({ id }: Intervention): string {
  return `#${placeOfFields({ ...noFields, detail: `intervention=${id}` })}`;
}

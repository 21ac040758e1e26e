// Days of contracts: whole ones in UTC, as the register has them.
const dayUs = 86_400_000_000;

// "2026-03-01" of a date field, at midnight in UTC; null when the field is empty.
export function usOfDay(day: string): number | null {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return day === '' || Number.isNaN(ms) ? null : ms * 1000;
}

// The day that an instant is in; empty for none.
export function dayOf(us: number | null): string {
  if (us === null) return '';
  return new Date(Math.floor(us / dayUs) * (dayUs / 1000)).toISOString().slice(0, 10);
}

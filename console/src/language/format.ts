// Numbers, sizes and times as a reader of the language writes them.
export type Language = 'en' | 'fr';

const units: Record<Language, readonly string[]> = {
  en: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'],
  fr: ['o', 'Kio', 'Mio', 'Gio', 'Tio', 'Pio'],
};

export function formatNumber(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

export function formatBytes(bytes: number, language: Language): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 5) {
    value /= 1024;
    ++unit;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  const text = new Intl.NumberFormat(language, {
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  }).format(value);
  return `${text}\u00a0${units[language][unit] ?? ''}`;
}

export function formatTime(us: number, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'fr', {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(new Date(us / 1000));
}

const steps: readonly [limit: number, seconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, 'second'],
  [3600, 60, 'minute'],
  [86_400, 3600, 'hour'],
  [86_400 * 60, 86_400, 'day'],
  [Infinity, 86_400 * 30, 'month'],
];

// "3 minutes ago"; what lies in the future (an expiry) is told the same way.
export function formatAge(us: number, nowMs: number, language: Language): string {
  const seconds = Math.round((us / 1000 - nowMs) / 1000);
  const distance = Math.abs(seconds);
  const [, size, unit] = steps.find(([limit]) => distance < limit) ?? [0, 1, 'second' as const];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(
    Math.trunc(seconds / size),
    unit,
  );
}

// A period: "60 s", "5 min", "24 h", "14 d".
export function formatDuration(us: number, language: Language): string {
  const seconds = us / 1_000_000;
  const day = language === 'en' ? 'd' : 'j';
  const space = '\u00a0';
  if (seconds < 120) return `${formatNumber(seconds, language)}${space}s`;
  if (seconds < 7200) return `${formatNumber(Math.round(seconds / 60), language)}${space}min`;
  if (seconds < 172_800) return `${formatNumber(Math.round(seconds / 3600), language)}${space}h`;
  return `${formatNumber(Math.round(seconds / 86_400), language)}${space}${day}`;
}

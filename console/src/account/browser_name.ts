const browsers: readonly [sign: RegExp, name: string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\b(Headless)?Chrom(e|ium)\//, 'Chromium'],
  [/\bSafari\//, 'Safari'],
  [/^belfry\b/, 'belfry'],
];
const systems: readonly [sign: RegExp, name: string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

// What a person recognises of a User-Agent line. Null when nothing is known.
export function browserOf(userAgent: string): string | null {
  const browser = browsers.find(([sign]) => sign.test(userAgent))?.[1];
  const system = systems.find(([sign]) => sign.test(userAgent))?.[1];
  if (browser === undefined) return userAgent === '' ? null : userAgent.slice(0, 60);
  return system === undefined ? browser : `${browser} · ${system}`;
}

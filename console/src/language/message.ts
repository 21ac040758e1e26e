import { en } from './catalogue_en';
import { fr } from './catalogue_fr';
import type { Language } from './format';

export type Key = keyof typeof en;
// A message that has a form for one and a form for more.
export type CountKey = {
  [K in Key]: K extends `${infer Stem}.other` ? (`${Stem}.one` extends Key ? Stem : never) : never;
}[Key];
export type Arguments = Readonly<Record<string, string | number>>;

const catalogues: Record<Language, Record<Key, string>> = { en, fr };

export function fill(text: string, args: Arguments): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = args[name];
    return value === undefined ? whole : String(value);
  });
}

export function word(language: Language, key: Key, args: Arguments = {}): string {
  return fill(catalogues[language][key], args);
}

export function hasMessage(key: string): key is Key {
  return Object.hasOwn(en, key);
}

// `{n}` is the number as the language writes it. French says zero in the singular, English not.
export function wordCount(language: Language, stem: CountKey, n: number, args: Arguments): string {
  const form = new Intl.PluralRules(language).select(n) === 'one' ? 'one' : 'other';
  const text = new Intl.NumberFormat(language).format(n);
  return word(language, `${stem}.${form}` as Key, { ...args, n: text });
}

// The first of the reader's languages that we speak.
export function choose(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    if (primary === 'fr' || primary === 'en') return primary;
  }
  return 'en';
}

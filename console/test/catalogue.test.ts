import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../src/language/catalogue_en';
import { fr } from '../src/language/catalogue_fr';
import { choose, fill, word, wordCount } from '../src/language/message';

const keys = Object.keys(en) as (keyof typeof en)[];
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

// Words that are the same in both languages.
const sameInBoth = new Set<string>([
  'nav.tenants',
  'tenants.state.active',
  'tenants.title',
  'name',
  'actions',
  'annex.sections',
  'measure.section',
  'measure.violations',
  'placement',
  'objects.type',
  'disk.absent',
  'account.sessions',
  'account.totp.secret',
  'audit.action',
  'people.interventions',
  'intervention',
  'section.6b',
  'registers.document',
  'registers.documents',
  'registers.environment.production',
  'registers.topic.incidents',
  'registers.version',
  'registers.version.n',
  'registers.versions',
]);

const sameInTables = [
  'cli.audit.cosigned',
  'cli.audit.key_given',
  'cli.code.absent',
  'cli.code.client',
  'cli.code.intervention',
  'cli.code.organisation',
  'cli.head.action',
  'cli.head.actions',
  'cli.head.arn',
  'cli.head.client',
  'cli.head.copies',
  'cli.head.intervention',
  'cli.head.invitation',
  'cli.head.organisation',
  'cli.head.placement',
  'cli.head.population',
  'cli.head.service',
  'cli.head.session',
  'cli.head.site',
  'cli.head.sites',
  'cli.head.verdict',
  'cli.head.version',
  'cli.head.violations',
  'cli.help.arguments',
  'cli.help.options',
  'cli.help.some_options',
  'cli.help.usage',
  'cli.measure.counted',
  'cli.measure.population',
  'cli.measure.section',
  'cli.measure.verdict',
  'cli.tenant.active',
  'registers.head.version',
  'topology.kind.lag',
  'topology.kind.pdu',
  'topology.kind.site',
];

function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.tsx?$/.test(entry.name) && !entry.name.startsWith('catalogue')
        ? readFileSync(path, 'utf8')
        : '';
    })
    .join('\n');
}

describe('the catalogues', () => {
  it('say the same messages in both languages', () => {
    expect(Object.keys(fr).sort()).toEqual([...keys].sort());
  });

  it('leave nothing empty, forget no argument, and translate everything', () => {
    for (const key of keys) {
      expect(en[key].trim(), key).not.toBe('');
      expect(fr[key].trim(), key).not.toBe('');
      expect(placeholders(fr[key]), key).toEqual(placeholders(en[key]));
      expect(fr[key] === en[key], key).toBe(sameInBoth.has(key));
    }
  });

  it('have both forms of each number', () => {
    for (const key of keys) {
      if (key.endsWith('.one')) expect(keys).toContain(key.replace(/one$/, 'other'));
    }
  });

  it('have no message that no page says', () => {
    const text = sources(join(import.meta.dirname, '../src'));
    const said = (key: string) => {
      const stem = key.replace(/\.(one|other)$/, '').replace(/\.todo$/, '');
      // Composed ones: t(`verdict.${verdict}`).
      const family = stem.slice(0, stem.lastIndexOf('.') + 1);
      const middle = stem.replace(/\.\w+\.(\w+)$/, '.${X}.$1');
      return (
        text.includes(`'${stem}'`) ||
        text.includes(`'${key}'`) ||
        text.includes(`\`${family}\${`) ||
        (middle.includes('${X}') &&
          new RegExp(`\`${middle.replace('${X}', '\\$\\{[^}]+\\}').replaceAll('.', '\\.')}\``).test(
            text,
          ))
      );
    };
    expect(keys.filter((key) => !said(key))).toEqual([]);
  });
});

describe('the owners of measures', () => {
  const annex = join(import.meta.dirname, '../../annex');
  const roles = new Set(
    readdirSync(annex).flatMap((section) =>
      readdirSync(join(annex, section)).flatMap((file) => {
        const text = readFileSync(join(annex, section, file), 'utf8');
        return /^owner_role: *(\S+)$/m.exec(text)?.[1] ?? [];
      }),
    ),
  );

  it('are those of the annex, each with its words', () => {
    expect(roles.size).toBeGreaterThan(3);
    const worded = keys.filter((key) => key.startsWith('owner.')).map((key) => key.slice(6));
    expect(worded.sort()).toEqual([...roles].sort());
  });
});

describe('French', () => {
  // docs/glossary.md has the words that are used instead.
  const rejected =
    /(?<!\p{L})seaux?(?!\p{L})|jeux? de répliques|prestataire|locataire|promesse|endommag/iu;
  const root = join(import.meta.dirname, '../../src');
  const tables = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory()
        ? tables(join(folder, entry.name))
        : entry.name === 'messages.tsv'
          ? readFileSync(join(folder, entry.name), 'utf8').split('\n')
          : [],
    );

  it('breaks no line between a word and its mark', () => {
    const loose = Object.values(fr).filter((text) => / [;:!?»]|« /u.test(text));
    expect(loose).toEqual([]);
  });

  it('is not forgotten in the messages of the daemon and the command line', () => {
    const same = tables(root)
      .map((row) => row.split('\t'))
      .filter(([id, en, fr]) => id !== '' && !id?.startsWith('#') && en === fr)
      .map(([id]) => id ?? '');
    expect(same.sort()).toEqual([...sameInTables].sort());
  });

  it('has one word for each noun, here and in the messages of the daemon', () => {
    const rows = tables(root).map((row) => row.split('\t')[2] ?? '');
    expect(rows.length).toBeGreaterThan(100);
    expect([...rows, ...Object.values(fr)].filter((text) => rejected.test(text))).toEqual([]);
  });
});

describe('a message', () => {
  it('is filled in, and shows what was not given', () => {
    expect(fill('{a} of {b}', { a: 1 })).toBe('1 of {b}');
  });

  it('does not take arguments for patterns', () => {
    expect(fill('as {user}', { user: '$& {user}' })).toBe('as $& {user}');
  });

  it('is chosen by number, zero being singular in French alone', () => {
    expect(wordCount('en', 'time.days', 0, {})).toBe('0 days');
    expect(wordCount('fr', 'time.days', 0, {})).toBe('0 jour');
    expect(wordCount('en', 'time.days', 1, {})).toBe('1 day');
    expect(wordCount('fr', 'time.days', 1200, {})).toMatch(/^1\s200 jours$/u);
  });

  it('is in the language asked for', () => {
    expect(word('fr', 'sign_in.title')).toBe('Connexion');
  });
});

describe('the language', () => {
  it('is the first of the reader that we speak', () => {
    expect(choose(['de-DE', 'fr-CA', 'en'])).toBe('fr');
    expect(choose(['EN-us', 'fr'])).toBe('en');
    expect(choose(['frr'])).toBe('en');
    expect(choose([])).toBe('en');
  });
});

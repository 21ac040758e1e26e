import { Tooltip } from '@mantine/core';
import type { Measure, Proof, Verdict } from '../api/types';
import { Icon } from '../elements/icon';
import { hasMessage } from '../language/message';
import { useSpeech, type Speech } from '../language/speech';

// Only `pass` is green; what is not known has no colour.
const tones: Record<Verdict, string> = {
  pass: 'pass',
  fail: 'fail',
  stale: 'stale',
  error: 'error',
  no_data: 'unknown',
};

export function VerdictChip({ verdict }: { verdict: Verdict }) {
  const { t } = useSpeech();
  return (
    <span className="chip" data-tone={tones[verdict]} data-verdict={verdict}>
      <Icon name={verdict} size={14} />
      {t(`verdict.${verdict}`)}
    </span>
  );
}

export function ProofTag({ proof }: { proof: Proof }) {
  const { t } = useSpeech();
  if (proof === 'none') return null;
  return (
    <Tooltip label={t(`proof.${proof}.means`)} multiline maw={280}>
      <span className="tag" data-proof={proof}>
        {t(`proof.${proof}`)}
      </span>
    </Tooltip>
  );
}

export function sectionTitle(speech: Speech, id: string): string {
  const key = `section.${id}`;
  return hasMessage(key) ? speech.t(key) : id;
}

export function textOf(speech: Speech, measure: Measure): string {
  return measure.text?.[speech.language] ?? speech.t('measure.no_text');
}

// "12 examined", "2 violations, population of 12". What a check looks at may be other than what its
// population counts (sets of disks, and objects), so that neither is a part of the other.
export function standing(speech: Speech, measure: Measure): string {
  if (measure.checked_at_us === null || measure.population === null) return '';
  if (measure.population === 0) return speech.t('measure.population.none');
  if (measure.violations !== null && measure.violations > 0) {
    return speech.count('measure.violating', measure.violations, {
      of: speech.number(measure.population),
    });
  }
  return speech.count('measure.examined', measure.population);
}

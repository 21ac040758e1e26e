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

// "12 of 12 keep it", "2 of 12 break it": the count in words.
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

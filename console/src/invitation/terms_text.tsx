import { Checkbox } from '@mantine/core';
import type { TermsVersion } from '../api/types';
import { useSpeech } from '../language/speech';

// The terms in the reader's language, and that they were read.
export function TermsText({
  terms,
  agreed,
  onAgreed,
}: {
  terms: TermsVersion;
  agreed: boolean;
  onAgreed: (agreed: boolean) => void;
}) {
  const { t, language } = useSpeech();
  return (
    <>
      <section
        className="terms"
        tabIndex={0}
        aria-label={t('terms.version', { version: terms.version })}
      >
        {terms.text[language]}
      </section>
      <Checkbox
        label={t('terms.agree', { version: terms.version })}
        checked={agreed}
        onChange={(event) => onAgreed(event.currentTarget.checked)}
      />
    </>
  );
}

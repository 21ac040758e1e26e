import { NativeSelect } from '@mantine/core';
import type { Language } from '../language/format';
import { useSpeech } from '../language/speech';

// The language of a mail.
export function LanguageField({
  language,
  onLanguage,
}: {
  language: Language;
  onLanguage: (language: Language) => void;
}) {
  const { t } = useSpeech();
  return (
    <NativeSelect
      label={t('invitations.language')}
      data={(['en', 'fr'] as const).map((value) => ({ value, label: t(`language.${value}`) }))}
      value={language}
      onChange={(event) => onLanguage(event.currentTarget.value === 'fr' ? 'fr' : 'en')}
    />
  );
}

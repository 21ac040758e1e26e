import { TextInput, type TextInputProps } from '@mantine/core';
import type { Ref } from 'react';
import { useSpeech } from '../language/speech';

// The six digits that a second factor shows.
export function CodeField({
  value,
  onValue,
  ...rest
}: Omit<TextInputProps, 'value' | 'onChange'> & {
  value: string;
  onValue: (code: string) => void;
  ref?: Ref<HTMLInputElement>;
}) {
  const { t } = useSpeech();
  return (
    <TextInput
      label={t('sign_in.code')}
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]{6}"
      maxLength={6}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value.replace(/\D/g, ''))}
      {...rest}
    />
  );
}

import { TextInput } from '@mantine/core';
import { useSpeech } from '../language/speech';

// The name of a user that is to be: of a person, or of the account of a program.
export function UserNameField({ name, onName }: { name: string; onName: (name: string) => void }) {
  const { t } = useSpeech();
  return (
    <TextInput
      label={t('user.name')}
      description={t('users.name.rules')}
      required
      withAsterisk={false}
      maxLength={64}
      autoCapitalize="none"
      autoComplete="off"
      spellCheck={false}
      data-autofocus
      value={name}
      onChange={(event) => onName(event.currentTarget.value)}
    />
  );
}

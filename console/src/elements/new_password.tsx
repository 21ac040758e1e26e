import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { useSpeech } from '../language/speech';

export interface NewPassword {
  password: string;
  again: string;
  isTried: boolean;
  type: (typed: Partial<Pick<NewPassword, 'password' | 'again'>>) => void;
  // Whether both are the same; where they are not, the field says so from now on.
  check: () => boolean;
  clear: () => void;
}

const nothing = { password: '', again: '', isTried: false };

export function useNewPassword(): NewPassword {
  const [typed, setTyped] = useState(nothing);
  return {
    ...typed,
    type: (more) => setTyped((before) => ({ ...before, ...more })),
    check: () => {
      setTyped((before) => ({ ...before, isTried: true }));
      return typed.password !== '' && typed.password === typed.again;
    },
    clear: () => setTyped(nothing),
  };
}

// A password that somebody chooses, typed twice.
export function NewPasswordFields({
  label,
  description,
  typed: { password, again, isTried, type },
}: {
  label: string;
  description?: string;
  typed: NewPassword;
}) {
  const { t } = useSpeech();
  const differs = isTried && password !== again;
  const rest = {
    autoComplete: 'new-password',
    required: true,
    withAsterisk: false,
    visibilityToggleButtonProps: { 'aria-label': t('sign_in.show_password') },
  };
  return (
    <>
      <PasswordInput
        label={label}
        description={description}
        name="password"
        value={password}
        onChange={(event) => type({ password: event.currentTarget.value })}
        {...rest}
      />
      <PasswordInput
        label={t('account.password.again')}
        name="again"
        value={again}
        error={differs ? t('account.password.differs') : undefined}
        aria-invalid={differs}
        onChange={(event) => type({ again: event.currentTarget.value })}
        {...rest}
      />
    </>
  );
}

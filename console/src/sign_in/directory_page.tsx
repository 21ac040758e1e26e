import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { askPasskey } from '../api/passkey';
import { asProblem } from '../api/problem';
import { session, type SecondFactor } from '../api/routes';
import { CodeField } from '../elements/code_field';
import { LonelyPage } from '../elements/lonely_page';
import { Failure, Loading } from '../elements/states';
import { useSpeech } from '../language/speech';
import { directoryPath } from './directory_path';

// What the directory said, taken off the address: it is good once, and nobody's to see.
export function takeAnswer(): Record<string, string> {
  const said = Object.fromEntries(new URLSearchParams(window.location.search));
  window.history.replaceState(null, '', directoryPath);
  return said;
}

const due: Readonly<Record<string, true>> = { 'iam.totp_needed': true, 'iam.passkey_needed': true };

export function DirectoryPage({
  answer,
  onIn,
}: {
  answer: Record<string, string>;
  onIn: () => Promise<void>;
}) {
  const { t } = useSpeech();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState('');
  const [step, setStep] = useState<'answer' | 'factor'>('answer');
  const begun = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: async (shown: SecondFactor | 'passkey' | null) => {
      if (shown === null) {
        const { organisation = '', state = '', code: answered = '', iss = '' } = answer;
        return session.signIn({ directory: { organisation, state, code: answered, iss } });
      }
      const factor =
        shown === 'passkey'
          ? { passkey: await askPasskey(await session.passkeyRequest(null)) }
          : shown;
      return session.signIn({ directory: {}, ...factor });
    },
    onSuccess: onIn,
    onError: (thrown) => {
      if (due[asProblem(thrown).messageId] === true) setStep('factor');
      setCode('');
      setRecovery('');
      field.current?.focus();
    },
  });
  const { mutate } = signIn;
  const refused = answer['error'] !== undefined;

  useEffect(() => {
    // Once: an answer is used up by the first question.
    if (begun.current || refused) return;
    begun.current = true;
    mutate(null);
  }, [mutate, refused]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (signIn.isPending) return;
    mutate(recovery === '' ? { totp: code } : { recovery_code: recovery });
  }

  const isDue = signIn.isError && due[asProblem(signIn.error).messageId] === true;
  return (
    <LonelyPage title={t('sign_in.title')}>
      {refused && <p role="alert">{t('directory.refused')}</p>}
      {signIn.isPending && step === 'answer' && <Loading rows={3} />}
      {signIn.isError && !isDue && <Failure error={signIn.error} />}
      {step === 'factor' && (
        <form onSubmit={submit} aria-label={t('directory.factor')}>
          <p>{t('directory.factor')}</p>
          <CodeField
            ref={field}
            description={t('sign_in.code.where')}
            name="totp"
            required={recovery === ''}
            autoFocus
            value={code}
            onValue={setCode}
            size="md"
          />
          <TextInput
            label={t('sign_in.recovery')}
            description={t('sign_in.recovery.what')}
            name="recovery"
            autoComplete="off"
            spellCheck={false}
            value={recovery}
            onChange={(event) => setRecovery(event.currentTarget.value)}
            size="md"
          />
          <Button type="submit" size="md" loading={signIn.isPending} fullWidth mt="md">
            {t('sign_in.submit')}
          </Button>
          <Button
            variant="default"
            size="md"
            fullWidth
            mt="md"
            disabled={signIn.isPending}
            onClick={() => mutate('passkey')}
          >
            {t('sign_in.passkey.instead')}
          </Button>
        </form>
      )}
      <p>
        <a href="/">{t('directory.again')}</a>
      </p>
    </LonelyPage>
  );
}

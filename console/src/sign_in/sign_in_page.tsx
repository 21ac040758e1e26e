import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { asProblem } from '../api/problem';
import { session } from '../api/routes';
import { hasArrived } from '../elements/arrival';
import { CodeField } from '../elements/code_field';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { BelfryMark, Tower } from '../shell/belfry_mark';
import { Preferences } from '../shell/preferences';
import classes from './sign_in.module.css';

// One form in two steps: who and the password; then, for those who have a second factor, its code.
export function SignInPage({
  sessionIsOver,
  onSignedIn,
}: {
  sessionIsOver: boolean;
  onSignedIn: () => Promise<void>;
}) {
  const { t } = useSpeech();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [codeIsAsked, setCodeIsAsked] = useState(false);
  const heading = useId();

  const signIn = useMutation({
    mutationFn: () => session.signIn({ user, password, ...(codeIsAsked && { totp: code }) }),
    onSuccess: onSignedIn,
    onError: (thrown) => {
      if (asProblem(thrown).messageId === 'iam.totp_needed') setCodeIsAsked(true);
      setCode('');
    },
  });
  const problem = signIn.isError ? asProblem(signIn.error) : null;
  const refused = problem !== null && problem.messageId !== 'iam.totp_needed';

  useEffect(() => void hasArrived(), []);
  useEffect(() => {
    document.title = `${t('sign_in.title')} · ${t('name')}`;
  }, [t]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!signIn.isPending) signIn.mutate();
  }

  return (
    <div className={classes.scene}>
      <aside className={classes.tower}>
        <div className={classes.words}>
          <p className={classes.motto}>{t('sign_in.motto')}</p>
          <p className={classes.gloss}>{t('sign_in.gloss')}</p>
        </div>
        <Tower />
      </aside>
      <main className={classes.side}>
        <div className={classes.preferences}>
          <Preferences />
        </div>
        <form className={classes.form} onSubmit={submit} aria-labelledby={heading}>
          <BelfryMark size={44} />
          <h1 id={heading}>{t('sign_in.title')}</h1>
          {sessionIsOver && !refused && (
            <p className={classes.notice} role="status">
              {t('sign_in.over')}
            </p>
          )}
          {refused && <Failure error={signIn.error} />}
          {codeIsAsked ? (
            <CodeStep
              user={user}
              code={code}
              onCode={setCode}
              attempt={signIn.submittedAt}
              onBack={() => {
                setCodeIsAsked(false);
                setPassword('');
                signIn.reset();
              }}
            />
          ) : (
            <>
              <TextInput
                label={t('sign_in.user')}
                name="user"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                withAsterisk={false}
                autoFocus
                value={user}
                onChange={(event) => setUser(event.currentTarget.value)}
                size="md"
              />
              <PasswordInput
                label={t('sign_in.password')}
                name="password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
                size="md"
              />
            </>
          )}
          <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
            {t('sign_in.submit')}
          </Button>
        </form>
      </main>
    </div>
  );
}

function CodeStep({
  user,
  code,
  onCode,
  onBack,
  attempt,
}: {
  user: string;
  code: string;
  onCode: (code: string) => void;
  onBack: () => void;
  attempt: number;
}) {
  const { t } = useSpeech();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, [attempt]);
  return (
    <>
      <p className={classes.asWhom}>
        {t('sign_in.as', { user })}
        <button type="button" className="link" onClick={onBack}>
          {t('sign_in.other')}
        </button>
      </p>
      <CodeField
        ref={field}
        description={t('sign_in.code.where')}
        name="totp"
        value={code}
        onValue={onCode}
        size="md"
        classNames={{ input: classes.code ?? '' }}
      />
    </>
  );
}

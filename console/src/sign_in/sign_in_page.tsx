import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { askPasskey } from '../api/passkey';
import { asProblem } from '../api/problem';
import { session } from '../api/routes';
import { hasArrived } from '../elements/arrival';
import { CodeField } from '../elements/code_field';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { BelfryMark, Tower } from '../shell/belfry_mark';
import { Preferences } from '../shell/preferences';
import { OrganisationForm } from './organisation';
import classes from './sign_in.module.css';
import { recalledOrganisation, rememberOrganisation } from './sign_in_name';

// What is asked for besides the password, once that was right.
type Step = 'password' | 'code' | 'passkey' | 'recovery' | 'guarded';
const steps: Readonly<Record<string, Step>> = {
  'iam.totp_needed': 'code',
  'iam.passkey_needed': 'passkey',
};
type Way = 'form' | 'passkey_beside' | 'passkey_alone';

// One form in two steps: who and the password; then, for those who have one, the second factor. A
// passkey alone needs neither.
export function SignInPage({
  sessionIsOver,
  onSignedIn,
}: {
  sessionIsOver: boolean;
  onSignedIn: () => Promise<void>;
}) {
  const { t } = useSpeech();
  const [user, setUser] = useState(recalledOrganisation);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [before, setBefore] = useState('');
  const [step, setStep] = useState<Step>('password');
  const [hasPasskey, setHasPasskey] = useState(false);
  const [atOrganisation, setAtOrganisation] = useState(false);
  const heading = useId();

  const signIn = useMutation({
    mutationFn: async (way: Way) => {
      if (way === 'form') {
        return session.signIn({
          user,
          password,
          ...(step === 'code' && { totp: code }),
          ...(step === 'guarded' && { totp: code, totp_before: before }),
          ...(step === 'recovery' && { recovery_code: code }),
        });
      }
      const who = way === 'passkey_beside' ? { user, password } : null;
      const passkey = await askPasskey(await session.passkeyRequest(who));
      return session.signIn({ ...who, passkey });
    },
    onSuccess: (_, way) => {
      if (way !== 'passkey_alone') rememberOrganisation(user);
      return onSignedIn();
    },
    onError: (thrown) => {
      const { messageId, arguments: args } = asProblem(thrown);
      const next = steps[messageId];
      if (next !== undefined) {
        setStep(next);
        setHasPasskey(next === 'passkey' || args['passkey'] === 'yes');
      }
      setCode('');
      setBefore('');
    },
  });
  const problem = signIn.isError ? asProblem(signIn.error) : null;
  const refused = problem !== null && steps[problem.messageId] === undefined;
  const guarded = step === 'password' && problem?.messageId === 'iam.throttled';

  useEffect(() => void hasArrived(), []);
  useEffect(() => {
    document.title = `${t('sign_in.title')} · ${t('name')}`;
  }, [t]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!signIn.isPending) signIn.mutate(step === 'passkey' ? 'passkey_beside' : 'form');
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
        {atOrganisation && (
          <div className={classes.form}>
            <BelfryMark size={44} />
            <h1>{t('directory.begin')}</h1>
            <OrganisationForm onBack={() => setAtOrganisation(false)} />
          </div>
        )}
        <form
          className={classes.form}
          onSubmit={submit}
          aria-labelledby={heading}
          hidden={atOrganisation}
        >
          <BelfryMark size={44} />
          <h1 id={heading}>{t('sign_in.title')}</h1>
          {sessionIsOver && !refused && (
            <p className={classes.notice} role="status">
              {t('sign_in.over')}
            </p>
          )}
          {refused && <Failure error={signIn.error} />}
          {guarded && (
            <p className={classes.or}>
              <button type="button" className="link" onClick={() => setStep('guarded')}>
                {t('sign_in.guarded.begin')}
              </button>
            </p>
          )}
          {step !== 'password' ? (
            <>
              <AsWhom
                user={user}
                onOther={() => {
                  setStep('password');
                  setPassword('');
                  signIn.reset();
                }}
              />
              {step === 'code' ? (
                <CodeStep code={code} onCode={setCode} attempt={signIn.submittedAt} />
              ) : step === 'guarded' ? (
                <TwoCodes before={before} onBefore={setBefore} code={code} onCode={setCode} />
              ) : step === 'recovery' ? (
                <TextInput
                  label={t('sign_in.recovery')}
                  description={t('sign_in.recovery.what')}
                  name="recovery"
                  autoComplete="off"
                  spellCheck={false}
                  required
                  withAsterisk={false}
                  autoFocus
                  value={code}
                  onChange={(event) => setCode(event.currentTarget.value)}
                  size="md"
                />
              ) : (
                <p>{t('sign_in.passkey.beside')}</p>
              )}
            </>
          ) : (
            <>
              <TextInput
                label={t('sign_in.user')}
                description={t('sign_in.user.what')}
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
            {t(step === 'passkey' ? 'sign_in.passkey.use' : 'sign_in.submit')}
          </Button>
          {step === 'password' && (
            <p className={classes.or}>
              <a href="#/password-reset">{t('lost.forgotten')}</a>
            </p>
          )}
          {(step === 'code' || step === 'passkey' || step === 'guarded') && (
            <p className={classes.or}>
              <button
                type="button"
                className="link"
                onClick={() => {
                  setStep('recovery');
                  setCode('');
                  signIn.reset();
                }}
              >
                {t('sign_in.recovery.use')}
              </button>
            </p>
          )}
          {(step === 'password' || (step === 'code' && hasPasskey)) && (
            <>
              {step === 'password' && <p className={classes.or}>{t('sign_in.or')}</p>}
              <Button
                variant="default"
                size="md"
                fullWidth
                disabled={signIn.isPending}
                onClick={() =>
                  signIn.mutate(step === 'password' ? 'passkey_alone' : 'passkey_beside')
                }
              >
                {t(step === 'password' ? 'sign_in.passkey' : 'sign_in.passkey.instead')}
              </Button>
            </>
          )}
          {step === 'password' && (
            <Button variant="default" size="md" fullWidth onClick={() => setAtOrganisation(true)}>
              {t('directory.begin')}
            </Button>
          )}
        </form>
      </main>
    </div>
  );
}

function AsWhom({ user, onOther }: { user: string; onOther: () => void }) {
  const { t } = useSpeech();
  return (
    <p className={classes.asWhom}>
      {t('sign_in.as', { user })}
      <button type="button" className="link" onClick={onOther}>
        {t('sign_in.other')}
      </button>
    </p>
  );
}

// Two codes in a row, which nobody guesses.
function TwoCodes({
  before,
  onBefore,
  code,
  onCode,
}: {
  before: string;
  onBefore: (code: string) => void;
  code: string;
  onCode: (code: string) => void;
}) {
  const { t } = useSpeech();
  return (
    <>
      <p>{t('sign_in.guarded.what')}</p>
      <CodeField
        label={t('sign_in.guarded.first')}
        name="totp_before"
        value={before}
        onValue={onBefore}
        size="md"
        autoFocus
        classNames={{ input: classes.code ?? '' }}
      />
      <CodeField
        label={t('sign_in.guarded.next')}
        description={t('sign_in.guarded.wait')}
        name="totp"
        value={code}
        onValue={onCode}
        size="md"
        classNames={{ input: classes.code ?? '' }}
      />
    </>
  );
}

function CodeStep({
  code,
  onCode,
  attempt,
}: {
  code: string;
  onCode: (code: string) => void;
  attempt: number;
}) {
  const { t } = useSpeech();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, [attempt]);
  return (
    <CodeField
      ref={field}
      description={t('sign_in.code.where')}
      name="totp"
      value={code}
      onValue={onCode}
      size="md"
      classNames={{ input: classes.code ?? '' }}
    />
  );
}

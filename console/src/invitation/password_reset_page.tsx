import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askPasskey } from '../api/passkey';
import { lostPassword, session } from '../api/routes';
import type { OpenPasswordReset } from '../api/types';
import { LonelyPage } from '../elements/lonely_page';
import { Moment } from '../elements/moment';
import { NewPasswordFields, useNewPassword } from '../elements/new_password';
import { Failure, Loading } from '../elements/states';
import { useSpeech } from '../language/speech';

// Where the link of a lost password leads: a new one, and the second factor of who has one.
export function PasswordResetPage({ secret }: { secret: string }) {
  const { t } = useSpeech();
  const opened = useQuery({
    queryKey: ['password-reset', secret],
    queryFn: () => lostPassword.open(secret),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const [isSet, setIsSet] = useState(false);
  return (
    <LonelyPage title={t('lost.title')}>
      {opened.isPending && <Loading rows={3} />}
      {opened.isError && <Failure error={opened.error} />}
      {isSet && <p role="status">{t('lost.done')}</p>}
      {opened.data !== undefined && !isSet && (
        <ResetForm secret={secret} open={opened.data} onSet={() => setIsSet(true)} />
      )}
      <p>
        <a href="#/">{t('sign_in.title')}</a>
      </p>
    </LonelyPage>
  );
}

function ResetForm({
  secret,
  open,
  onSet,
}: {
  secret: string;
  open: OpenPasswordReset;
  onSet: () => void;
}) {
  const { t } = useSpeech();
  const typed = useNewPassword();
  const [code, setCode] = useState('');
  const [recovery, setRecovery] = useState('');
  const reset = useMutation({
    mutationFn: async (byPasskey: boolean) => {
      const shown = byPasskey
        ? { passkey: await askPasskey(await session.passkeyRequest(null)) }
        : {
            ...(code !== '' && { totp: code }),
            ...(recovery !== '' && { recovery_code: recovery }),
          };
      await lostPassword.set({ secret, password: typed.password, ...shown });
    },
    onSuccess: onSet,
  });
  const needsFactor = open.has_totp || open.has_passkey;
  function set(byPasskey: boolean) {
    if (typed.check() && !reset.isPending) reset.mutate(byPasskey);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    set(!open.has_totp && open.has_passkey && recovery === '');
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p>
        {t('lost.who', { user: open.name })} · {t('lost.until')} <Moment us={open.expires_us} />
      </p>
      <input type="hidden" name="user" autoComplete="username" value={open.name} readOnly />
      <NewPasswordFields
        label={t('sign_in.password')}
        description={t('account.password.rules')}
        typed={typed}
      />
      {open.has_totp && (
        <TextInput
          label={t('account.totp')}
          name="totp"
          inputMode="numeric"
          autoComplete="one-time-code"
          required={recovery === ''}
          withAsterisk={false}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
      )}
      {needsFactor && (
        <TextInput
          label={t('sign_in.recovery')}
          description={t('sign_in.recovery.what')}
          name="recovery"
          autoComplete="off"
          spellCheck={false}
          value={recovery}
          onChange={(event) => setRecovery(event.currentTarget.value)}
        />
      )}
      {reset.isError && <Failure error={reset.error} />}
      <div className="row">
        <Button type="submit" loading={reset.isPending}>
          {t('lost.set')}
        </Button>
        {open.has_passkey && open.has_totp && (
          <Button variant="default" onClick={() => set(true)}>
            {t('lost.passkey')}
          </Button>
        )}
      </div>
    </form>
  );
}

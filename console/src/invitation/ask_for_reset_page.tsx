import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { lostPassword } from '../api/routes';
import { LonelyPage } from '../elements/lonely_page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { recalledOrganisation } from '../sign_in/sign_in_name';

// Whoever forgot the password. What it says afterwards tells nothing of who there is.
export function AskForResetPage() {
  const { t, language } = useSpeech();
  const [user, setUser] = useState(recalledOrganisation);
  const asking = useMutation({ mutationFn: () => lostPassword.ask(user, language) });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!asking.isPending) asking.mutate();
  }
  return (
    <LonelyPage title={t('lost.title')}>
      <form className="stack" onSubmit={submit}>
        {asking.isSuccess ? (
          <p role="status">{t('lost.sent')}</p>
        ) : (
          <>
            <p>{t('lost.what')}</p>
            <TextInput
              label={t('sign_in.user')}
              description={t('sign_in.user.what')}
              name="user"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              withAsterisk={false}
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
            />
            {asking.isError && <Failure error={asking.error} />}
            <div>
              <Button type="submit" loading={asking.isPending}>
                {t('lost.ask')}
              </Button>
            </div>
          </>
        )}
        <p>
          <a href="#/">{t('sign_in.title')}</a>
        </p>
      </form>
    </LonelyPage>
  );
}

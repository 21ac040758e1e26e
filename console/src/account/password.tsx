import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { session } from '../api/routes';
import { Icon } from '../elements/icon';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';

export function PasswordPanel() {
  const { t } = useSpeech();
  const who = useWho();
  const [before, setBefore] = useState('');
  const [after, setAfter] = useState('');
  const [again, setAgain] = useState('');
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => session.changePassword(before, after),
    onSuccess: () => {
      setBefore('');
      setAfter('');
      setAgain('');
      setTried(false);
    },
  });
  const differs = after !== again;
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!differs && before !== '' && after !== '') change.mutate();
  }
  const eye = { 'aria-label': t('sign_in.show_password') };
  return (
    <Panel title={t('account.password')}>
      <form className="stack narrow" onSubmit={submit}>
        <p className="soft">{t('account.password.rules')}</p>
        <input type="text" autoComplete="username" value={who.user.name} readOnly hidden />
        <PasswordInput
          label={t('account.password.old')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={before}
          onChange={(event) => setBefore(event.currentTarget.value)}
          visibilityToggleButtonProps={eye}
        />
        <PasswordInput
          label={t('account.password.new')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={after}
          onChange={(event) => setAfter(event.currentTarget.value)}
          visibilityToggleButtonProps={eye}
        />
        <PasswordInput
          label={t('account.password.again')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={again}
          error={tried && differs ? t('account.password.differs') : null}
          onChange={(event) => setAgain(event.currentTarget.value)}
          visibilityToggleButtonProps={eye}
        />
        {change.isError && <Failure error={change.error} />}
        <div role="status">
          {change.isSuccess && (
            <span className="chip" data-tone="pass">
              <Icon name="pass" size={14} />
              {t('account.password.changed')}
            </span>
          )}
        </div>
        <div>
          <Button type="submit" loading={change.isPending}>
            {t('account.password.change')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

import { Button, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { session } from '../api/routes';
import { Icon } from '../elements/icon';
import { NewPasswordFields, useNewPassword } from '../elements/new_password';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { signInName } from '../sign_in/sign_in_name';

export function PasswordPanel() {
  const { t } = useSpeech();
  const who = useWho();
  const name = signInName(who.tenant.organisation, who.user.name);
  const [before, setBefore] = useState('');
  const after = useNewPassword();
  const change = useMutation({
    mutationFn: () => session.changePassword(before, after.password),
    onSuccess: () => {
      setBefore('');
      after.clear();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (after.check() && before !== '' && !change.isPending) change.mutate();
  }
  return (
    <Panel title={t('account.password')}>
      <form className="stack narrow" onSubmit={submit}>
        <p className="soft">{t('account.password.rules')}</p>
        <input type="text" autoComplete="username" value={name} readOnly hidden />
        <PasswordInput
          label={t('account.password.old')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={before}
          onChange={(event) => setBefore(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
        />
        <NewPasswordFields label={t('account.password.new')} typed={after} />
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

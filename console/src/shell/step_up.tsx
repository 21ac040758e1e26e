import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { whenStepUpIsNeeded } from '../api/client';
import { askPasskey } from '../api/passkey';
import { session } from '../api/routes';
import { CodeField } from '../elements/code_field';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho, wantsPasskey } from './rights';

// Asks for the second factor again where something dangerous was asked for; what waits for it goes
// on afterwards, or ends with the server's refusal.
export function StepUp() {
  const [waiting, setWaiting] = useState<((proved: boolean) => void)[]>([]);
  useEffect(() => {
    whenStepUpIsNeeded(
      () =>
        new Promise((resolve) => {
          setWaiting((before) => [...before, resolve]);
        }),
    );
    return () => whenStepUpIsNeeded(() => Promise.resolve(false));
  }, []);
  function finish(proved: boolean) {
    for (const resolve of waiting) resolve(proved);
    setWaiting([]);
  }
  return waiting.length === 0 ? null : <StepUpDialog onDone={finish} />;
}

function StepUpDialog({ onDone }: { onDone: (proved: boolean) => void }) {
  const { t } = useSpeech();
  const { user } = useWho();
  const byCode = user.has_totp && !wantsPasskey(user);
  const [code, setCode] = useState('');
  const prove = useMutation({
    mutationFn: async (way: 'code' | 'passkey') =>
      session.stepUp(
        way === 'code'
          ? { totp: code }
          : { passkey: await askPasskey(await session.stepUpRequest()) },
      ),
    onSuccess: () => onDone(true),
    onError: () => setCode(''),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!prove.isPending) prove.mutate('code');
  }
  return (
    <Dialog title={t('step_up.title')} onClose={() => onDone(false)}>
      <form className="stack" onSubmit={submit}>
        <p>{t(wantsPasskey(user) ? 'step_up.why.passkey' : 'step_up.why')}</p>
        {prove.isError && <Failure error={prove.error} />}
        {byCode && (
          <CodeField
            description={t('sign_in.code.where')}
            value={code}
            onValue={setCode}
            data-autofocus
          />
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={() => onDone(false)}>
            {t('action.cancel')}
          </Button>
          {user.passkeys > 0 && (
            <Button
              variant={byCode ? 'default' : 'filled'}
              loading={prove.isPending && prove.variables === 'passkey'}
              onClick={() => prove.mutate('passkey')}
            >
              {t('sign_in.passkey.use')}
            </Button>
          )}
          {byCode && (
            <Button type="submit" loading={prove.isPending && prove.variables === 'code'}>
              {t('step_up.confirm')}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Dialog } from '../elements/dialog';
import { useSpeech } from '../language/speech';
import { isAccount, readFolder, withStatements } from './policy';

// Writes into the policy what lets another account read a folder. Nothing is saved here.
export function ShareFolder({
  bucket,
  text,
  onWritten,
  onClose,
}: {
  bucket: string;
  text: string;
  onWritten: (text: string) => void;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const [account, setAccount] = useState('');
  const [folder, setFolder] = useState('');
  const [tried, setTried] = useState(false);
  const written = withStatements(text, readFolder(bucket, account, folder));
  const named = folder.replace(/\/$/, '') !== '';
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isAccount(account) || !named || written === null) return;
    onWritten(written);
    onClose();
  }
  return (
    <Dialog title={t('access.share')} onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <TextInput
          label={t('access.share.account')}
          description={t('access.share.account.where')}
          error={tried && !isAccount(account) ? t('access.share.account.wrong') : null}
          inputMode="numeric"
          autoComplete="off"
          data-autofocus
          value={account}
          onChange={(event) => setAccount(event.currentTarget.value.trim())}
        />
        <TextInput
          label={t('access.share.folder')}
          description={t('access.share.folder.what')}
          error={tried && !named ? t('access.share.folder.wrong') : null}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={folder}
          onChange={(event) => setFolder(event.currentTarget.value)}
        />
        {tried && written === null && (
          <p className="notice" role="alert">
            {t('access.share.mend')}
          </p>
        )}
        <p className="soft">{t('access.share.then')}</p>
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit">{t('access.share.write')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { session } from '../api/routes';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

// The way to a directory: its name, then its own page.
export function OrganisationForm({ onBack }: { onBack: () => void }) {
  const { t } = useSpeech();
  const [organisation, setOrganisation] = useState('');
  const leave = useMutation({
    mutationFn: () => session.directory(organisation.trim()),
    onSuccess: ({ url }) => window.location.assign(url),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!leave.isPending) leave.mutate();
  }

  return (
    <form onSubmit={submit} aria-label={t('directory.begin')}>
      {leave.isError && <Failure error={leave.error} />}
      <TextInput
        label={t('directory.organisation')}
        description={t('directory.organisation.what')}
        name="organisation"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        autoFocus
        value={organisation}
        onChange={(event) => setOrganisation(event.currentTarget.value)}
        size="md"
      />
      <Button type="submit" size="md" loading={leave.isPending} fullWidth mt="md">
        {t('directory.go')}
      </Button>
      <p>
        <button type="button" className="link" onClick={onBack}>
          {t('directory.back')}
        </button>
      </p>
    </form>
  );
}

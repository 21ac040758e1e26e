import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { NewApiToken } from '../api/types';
import { Copyable } from '../elements/copyable';
import { useSpeech } from '../language/speech';
import { MadeSecret } from './made_secret';

const dayUs = 86_400_000_000;
const lifetimes = [30, 90, 365] as const;
const daysAtFirst = 90;

// How long a secret lives, in microseconds; null: it does not end, where that `mayLast`.
export function useLifetime(mayLast: boolean) {
  const { t, count } = useSpeech();
  const [days, setDays] = useState(String(daysAtFirst));
  const field = (
    <NativeSelect
      label={t('time.expires')}
      value={days}
      onChange={(event) => setDays(event.currentTarget.value)}
      data={[
        ...lifetimes.map((each) => ({ value: String(each), label: count('time.days', each) })),
        ...(mayLast ? [{ value: '', label: t('time.never_expires') }] : []),
      ]}
    />
  );
  return { field, lifetime: days === '' ? null : Number(days) * dayUs };
}

// Makes a token of the REST API, and shows its secret this once.
export function MakeToken({
  mayLast = false,
  make,
}: {
  mayLast?: boolean;
  make: (label: string, lifetime: number | null) => Promise<NewApiToken>;
}) {
  const { t } = useSpeech();
  const [label, setLabel] = useState('');
  const { field, lifetime } = useLifetime(mayLast);
  const create = useMutation({
    mutationFn: () => make(label.trim(), lifetime),
    onSuccess: () => setLabel(''),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (label.trim() !== '' && !create.isPending) create.mutate();
  }
  return (
    <>
      <form className="panel-body row-end" onSubmit={submit}>
        <TextInput
          label={t('account.api_tokens.label')}
          placeholder={t('account.api_tokens.label.like')}
          required
          withAsterisk={false}
          maxLength={100}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        {field}
        <Button type="submit" loading={create.isPending}>
          {t('account.api_tokens.create')}
        </Button>
      </form>
      <MadeSecret made={create}>
        {(made) => <Copyable label={t('account.api_tokens.secret')} value={made.secret} />}
      </MadeSecret>
    </>
  );
}

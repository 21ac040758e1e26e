import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

// Asks for the name of what is to be made; stays, with the reason, when that fails.
export function NameDialog({
  title,
  label,
  description,
  onName,
  onClose,
}: {
  title: string;
  label: string;
  description: string;
  onName: (name: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const [name, setName] = useState('');
  const make = useMutation({ mutationFn: () => onName(name.trim()), onSuccess: onClose });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!make.isPending) make.mutate();
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextInput
          label={label}
          description={description}
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {make.isError && <Failure error={make.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={make.isPending}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

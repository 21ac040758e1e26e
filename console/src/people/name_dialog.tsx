import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../elements/form_dialog';

// Asks for the name of what is to be made.
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
  const [name, setName] = useState('');
  return (
    <FormDialog title={title} onSubmit={() => onName(name.trim())} onClose={onClose}>
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
    </FormDialog>
  );
}

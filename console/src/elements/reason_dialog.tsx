import { Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { FormDialog } from './form_dialog';

// Asks why before it acts.
export function ReasonDialog({
  title,
  label,
  description,
  required = false,
  onReason,
  onClose,
  children,
}: {
  title: string;
  label: string;
  description?: string;
  required?: boolean;
  onReason: (reason: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}) {
  const [reason, setReason] = useState('');
  return (
    <FormDialog title={title} onSubmit={() => onReason(reason.trim())} onClose={onClose}>
      {children}
      <Textarea
        label={label}
        description={description}
        required={required}
        withAsterisk={false}
        maxLength={1000}
        rows={2}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

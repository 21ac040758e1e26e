import { Button, type ButtonProps } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Confirm } from './confirm';

// A button whose act is asked about first. `name` is what it is called for whoever does not see
// beside what it stands.
export function AskingButton({
  label,
  name,
  ask,
  run,
  ...rest
}: {
  label: string;
  name?: string;
  ask: ReactNode;
  run: () => Promise<unknown>;
} & Pick<ButtonProps, 'size'>) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="default" aria-label={name} onClick={() => setAsking(true)} {...rest}>
        {label}
      </Button>
      {asking && (
        <Confirm title={label} action={label} onClose={() => setAsking(false)} onConfirm={run}>
          {ask}
        </Confirm>
      )}
    </>
  );
}

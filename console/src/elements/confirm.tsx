import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSpeech } from '../language/speech';
import { Dialog } from './dialog';
import { Failure } from './states';

// Asks before what cannot be undone. The dialog stays, with the reason, when it fails.
export function Confirm({
  title,
  action,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  action: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const doing = useMutation({ mutationFn: onConfirm, onSuccess: onClose });
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="stack">
        <div>{children}</div>
        {doing.isError && <Failure error={doing.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button
            color="red.9"
            autoContrast
            loading={doing.isPending}
            onClick={() => doing.mutate()}
          >
            {action}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

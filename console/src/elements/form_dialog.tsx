import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactNode } from 'react';
import { useSpeech } from '../language/speech';
import { Dialog } from './dialog';
import { Failure } from './states';

// A form in a dialog, which closes once it is done and stays, with what went wrong, when it fails.
export function FormDialog({
  title,
  onSubmit,
  onClose,
  children,
}: {
  title: string; // and what is done
  onSubmit: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const act = useMutation({ mutationFn: onSubmit, onSuccess: onClose });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!act.isPending) act.mutate();
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {children}
        {act.isError && <Failure error={act.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={act.isPending}>
            {title}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

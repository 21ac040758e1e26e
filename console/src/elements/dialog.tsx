import { Modal } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useSpeech } from '../language/speech';

function focusBack(opener: Element | null) {
  if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
  // An opener that is there and takes no focus has been disabled.
  if (opener === null || document.activeElement !== opener) {
    document.querySelector<HTMLElement>('h1')?.focus();
  }
}

// A dialog over the page. Composed by hand because Modal's own head is a `header`, which a screen
// reader would take for a second banner of the page.
export function Dialog({
  title,
  size = 'md',
  onClose,
  children,
}: {
  title: string;
  size?: 'md' | 'xl';
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  // The focus goes back to what opened the dialog, however it ends; when that is gone meanwhile, as
  // the row of what was deleted, to the page's heading.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => focusBack(opener));
    },
    [opener],
  );
  return (
    // The class is the content's alone: given to Modal.Content, it would be its frame's too, which
    // covers the page.
    <Modal.Root opened onClose={onClose} size={size} centered classNames={{ content: 'dialog' }}>
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content>
        <div className="dialog-head">
          <Modal.Title className="dialog-title">{title}</Modal.Title>
          <Modal.CloseButton aria-label={t('action.close')} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import { registers } from '../api/routes';
import type { RegisterMove } from '../api/types';
import { FormDialog } from '../elements/form_dialog';
import { useSpeech } from '../language/speech';

// A button of an act on an entry, or on a version of it, which says what it does before it does it.
export function ActButton({
  register,
  id,
  move,
  children,
}: {
  register: 'documents' | 'systems';
  id: string;
  move: RegisterMove;
  children?: ReactNode;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const name = t(`registers.act.${move.act}`);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={() => setOpen(true)}>
        {name}
        {move.version !== undefined && (
          <span className="visually-hidden"> {t('registers.version.n', { n: move.version })}</span>
        )}
      </Button>
      {open && (
        <FormDialog
          title={name}
          onClose={() => setOpen(false)}
          onSubmit={async () => {
            await registers.move(register, id, move);
            await askAgain(queries, ['registers']);
          }}
        >
          <p>{t(`registers.act.${move.act}.means`)}</p>
          {children}
        </FormDialog>
      )}
    </>
  );
}

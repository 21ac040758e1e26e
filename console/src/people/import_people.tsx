import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, type ChangeEvent } from 'react';
import { askAgain } from '../api/again';
import { register } from '../api/routes';
import type { ImportedPeople } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

// A file of people: imported whole, or nothing of it and what is wrong by line.
export function ImportPeople({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const field = useId();
  const act = useMutation({
    mutationFn: async (file: File) => register.importPeople(await file.text()),
    onSuccess: () => askAgain(queries, ['persons']),
  });
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    if (file !== undefined && !act.isPending) act.mutate(file);
    // The same file again, once it is mended.
    event.currentTarget.value = '';
  };
  return (
    <Dialog title={t('persons.import')} onClose={onClose}>
      <div className="stack">
        <p>{t('persons.import.means')}</p>
        <label htmlFor={field}>{t('persons.import.file')}</label>
        <input id={field} type="file" accept=".csv,text/csv" onChange={choose} />
        {act.isError && <Failure error={act.error} />}
        {act.data !== undefined && <Outcome imported={act.data} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" loading={act.isPending} onClick={onClose}>
            {t('action.close')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Outcome({ imported }: { imported: ImportedPeople }) {
  const { t } = useSpeech();
  const { recorded, changed, unchanged, faults } = imported;
  if (faults.length === 0) {
    return <p role="status">{t('persons.import.done', { recorded, changed, unchanged })}</p>;
  }
  return (
    <div role="alert" className="stack">
      <p>{t('persons.import.faults')}</p>
      <ul>
        {faults.map(({ line, message }) => (
          <li key={`${String(line)} ${message}`} className="wrap-anywhere">
            {t('persons.import.line', { line })}: {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { rights } from '../api/routes';
import type { AskedRight } from '../api/types';
import { AwaitingDialog } from '../elements/awaiting_dialog';
import { useSpeech } from '../language/speech';
import { Choose, optionsOf } from './choose';

// A profile, of those that are not `taken`.
export function ChooseProfile({
  title,
  note,
  action,
  taken,
  onChoose,
  ask,
  askBy,
  onClose,
}: {
  title: string;
  note: string;
  action: string;
  taken: readonly string[];
  onChoose: (profile: string) => Promise<unknown>;
  ask?: (profile: string) => AskedRight;
  askBy?: (profile: string) => ReactNode;
  onClose: () => void;
}) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  return (
    <AwaitingDialog query={query} title={title} onClose={onClose}>
      {(profiles) => (
        <Choose
          title={title}
          label={t('profile')}
          note={note}
          nothing={t('rights.give.none')}
          action={action}
          groups={[{ name: null, items: optionsOf(profiles, taken) }]}
          onClose={onClose}
          onChoose={onChoose}
          {...(ask !== undefined && { ask })}
          {...(askBy !== undefined && { askBy })}
        />
      )}
    </AwaitingDialog>
  );
}

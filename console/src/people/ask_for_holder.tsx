import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { identity, rights } from '../api/routes';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { AskForm } from './ask_form';
import { askedFor, holderIn, holdersAmong } from './holders';

// Asks for a profile that no role may have by one person alone, for a user or a group instead.
export function AskForHolder({ profile, onClose }: { profile: string; onClose: () => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const [chosen, setChosen] = useState('');
  const query = useQuery({
    queryKey: ['holders-among', who.tenant.id],
    queryFn: async () => {
      const [users, groups] = await Promise.all([identity.users(who.tenant.id), rights.groups()]);
      return holdersAmong(users, groups, []);
    },
  });
  return (
    <Answer query={query}>
      {(found) => (
        <div className="stack">
          <NativeSelect
            label={t('request.holder')}
            data={[
              { value: '', label: t('request.choose') },
              { group: t('people.groups'), items: found.groups },
              { group: t('people.users'), items: found.users },
            ]}
            value={chosen}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
          <AskForm
            asked={chosen === '' ? null : askedFor(profile, holderIn(chosen))}
            onClose={onClose}
          />
        </div>
      )}
    </Answer>
  );
}

import { Checkbox } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { attestations } from '../api/routes';
import type { AttestationTopic } from '../api/types';
import { FormDialog } from '../elements/form_dialog';
import { useSpeech } from '../language/speech';
import { Choices } from '../people/choices';
import { usePersons } from '../people/choose_person';
import { useWho } from '../shell/rights';
import { administratorsBefore } from './access_administrators';

// The text once more, who manages access where that is asked, and that it is true.
export function SignDialog({ topic, onClose }: { topic: AttestationTopic; onClose: () => void }) {
  const { t, language } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const persons = usePersons();
  // Those who were named before are shown, whether others are known or not.
  const known = new Map([
    ...(topic.attestation?.administrators ?? [])
      .filter(({ active }) => active)
      .map(({ user, name }) => [user, name] as const),
    ...persons.map(({ id, name }) => [id, name] as const),
  ]);
  const [agreed, setAgreed] = useState(false);
  const [managers, setManagers] = useState<string[]>(() =>
    administratorsBefore(topic, who.user.id),
  );
  return (
    <FormDialog
      title={t('attestations.sign')}
      onClose={onClose}
      onSubmit={async () => {
        await attestations.sign({
          topic: topic.topic,
          version: topic.version,
          text_sha256: topic.text_sha256,
          language,
          ...(topic.names_administrators && { administrators: managers }),
        });
        await askAgain(queries, ['attestations']);
      }}
    >
      <section className="terms" tabIndex={0} aria-label={t('attestations.text')}>
        {topic.text[language]}
      </section>
      {topic.names_administrators && (
        <Choices
          legend={t('attestations.who_manages')}
          description={t('attestations.who_manages.means')}
          options={[...known].map(([value, label]) => ({ value, label }))}
          chosen={managers}
          onChosen={setManagers}
        />
      )}
      <p className="soft">{t('attestations.sign.means')}</p>
      <Checkbox
        label={t('attestations.agree', { version: topic.version })}
        required
        checked={agreed}
        onChange={(event) => setAgreed(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}

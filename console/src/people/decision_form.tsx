import { Button, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

export type Verb = 'approve' | 'refuse';

// Approves or refuses what somebody asked for, and says why.
export function DecisionForm({
  onDecide,
}: {
  onDecide: (verb: Verb, reason: string) => Promise<unknown>;
}) {
  const { t } = useSpeech();
  const [reason, setReason] = useState('');
  const decide = useMutation({ mutationFn: (verb: Verb) => onDecide(verb, reason.trim()) });
  const isDoing = (verb: Verb) => decide.isPending && decide.variables === verb;
  return (
    <>
      <Textarea
        className="narrow"
        label={t('request.decision_reason')}
        description={t('request.decision_reason.what')}
        maxLength={1000}
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {decide.isError && <Failure error={decide.error} />}
      <div className="row">
        <Button loading={isDoing('approve')} onClick={() => decide.mutate('approve')}>
          {t('request.approve')}
        </Button>
        <Button
          variant="default"
          loading={isDoing('refuse')}
          onClick={() => decide.mutate('refuse')}
        >
          {t('request.refuse')}
        </Button>
        <span className="soft">{t('request.at_once')}</span>
      </div>
    </>
  );
}

import { Button, NativeSelect, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { access } from '../api/routes';
import type { AccessRequest, AskedRight } from '../api/types';
import { Icon } from '../elements/icon';
import { Failure } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';

// How long a right may be asked for, in hours; privileged ones not for the last.
const hours = [1, 8, 24, 7 * 24, 30 * 24, 92 * 24, 366 * 24] as const;
const hoursAtFirst = 7 * 24;

// Why and for how long a right is wanted; then who may decide. `asked` is null while it is not
// said what is wanted.
export function AskForm({ asked, onClose }: { asked: AskedRight | null; onClose: () => void }) {
  const { t, language } = useSpeech();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [duration, setDuration] = useState<number>(hoursAtFirst);
  const isForGood = asked?.four_eyes !== undefined || asked?.trust !== undefined;
  const ask = useMutation({
    mutationFn: (wanted: AskedRight) =>
      access.ask({
        ...wanted,
        reason: reason.trim(),
        ...(!isForGood && { duration_s: duration * 3600 }),
      }),
    onSuccess: () => askAgain(queries, ['requests']),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (asked !== null && !ask.isPending) ask.mutate(asked);
  }
  if (ask.data !== undefined) return <Asked request={ask.data} onClose={onClose} />;
  return (
    <form className="stack" onSubmit={submit}>
      <Textarea
        label={t('request.reason')}
        description={t('request.reason.what')}
        required
        withAsterisk={false}
        maxLength={1000}
        rows={3}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {!isForGood && (
        <NativeSelect
          className="narrow"
          label={t('request.duration')}
          description={t('request.duration.from')}
          data={hours.map((each) => ({
            value: String(each),
            label: formatDuration(each * 3_600_000_000, language),
          }))}
          value={String(duration)}
          onChange={(event) => setDuration(Number(event.currentTarget.value))}
        />
      )}
      {ask.isError && <Failure error={ask.error} />}
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" loading={ask.isPending} disabled={asked === null}>
          {t('request.ask')}
        </Button>
      </div>
    </form>
  );
}

function Asked({ request, onClose }: { request: AccessRequest; onClose: () => void }) {
  const { t, count } = useSpeech();
  return (
    <div className="stack" role="status">
      <p className="row">
        <span className="chip" data-tone="accent">
          <Icon name="pass" size={14} />
          {t('request.asked')}
        </span>
      </p>
      <p>
        {request.deciders === 0
          ? t('request.no_decider')
          : count('request.deciders', request.deciders)}{' '}
        <a href={`#/people/requests/${request.id}`}>{t('request.see')}</a>
      </p>
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button onClick={onClose} autoFocus>
          {t('action.close')}
        </Button>
      </div>
    </div>
  );
}

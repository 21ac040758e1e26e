import { Button, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { access, rights } from '../api/routes';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

const dueDaysAtFirst = 30;

// Which rights are gone through, and until when; every administrator decides.
export function OpenReview({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('all');
  const [dueDays, setDueDays] = useState(dueDaysAtFirst);
  const [repeatDays, setRepeatDays] = useState(0);
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  const open = useMutation({
    mutationFn: () =>
      access.openReview({
        name: name.trim(),
        ...(scope === 'all' || scope === 'privileged'
          ? { scope }
          : { scope: 'profile', profile: scope }),
        due_days: dueDays,
        repeat_days: repeatDays,
      }),
    onSuccess: async (review) => {
      await askAgain(queries, ['reviews']);
      window.location.hash = `#/people/reviews/${review.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!open.isPending) open.mutate();
  }
  return (
    <Dialog title={t('reviews.open')} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p className="soft">{t('reviews.open.means')}</p>
        <TextInput
          label={t('reviews.name')}
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('reviews.scope')}
          data={[
            { value: 'all', label: t('reviews.scope.all') },
            { value: 'privileged', label: t('reviews.scope.privileged') },
            ...(profiles.data ?? []).map((each) => ({
              value: each.id,
              label: t('reviews.scope.of', { name: each.name }),
            })),
          ]}
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
        />
        <NumberInput
          label={t('reviews.due_days')}
          min={1}
          max={180}
          allowDecimal={false}
          hideControls
          required
          withAsterisk={false}
          value={dueDays}
          onChange={(value) => setDueDays(Number(value))}
        />
        <NumberInput
          label={t('reviews.repeat_days')}
          description={t('reviews.repeat_days.means')}
          min={0}
          max={366}
          allowDecimal={false}
          hideControls
          value={repeatDays}
          onChange={(value) => setRepeatDays(Number(value))}
        />
        {open.isError && <Failure error={open.error} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" loading={open.isPending}>
            {t('reviews.open')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

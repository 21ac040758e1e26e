import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { access, rights } from '../api/routes';
import { FormDialog } from '../elements/form_dialog';
import { useSpeech } from '../language/speech';
import { Choices } from './choices';
import { usePersons } from './choose_person';
import { isReviewer } from './marks';

const dueDaysAtFirst = 30;

// Which rights are gone through, until when, and who decides: every administrator, or those named.
export function OpenReview({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('all');
  const [dueDays, setDueDays] = useState(dueDaysAtFirst);
  const [repeatDays, setRepeatDays] = useState(0);
  const [reviewers, setReviewers] = useState<string[]>([]);
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  const administrators = usePersons().filter(isReviewer);
  return (
    <FormDialog
      title={t('reviews.open')}
      onClose={onClose}
      onSubmit={async () => {
        const review = await access.openReview({
          name: name.trim(),
          ...(scope === 'all' || scope === 'privileged'
            ? { scope }
            : { scope: 'profile', profile: scope }),
          due_days: dueDays,
          repeat_days: repeatDays,
          ...(reviewers.length > 0 && { reviewers }),
        });
        await askAgain(queries, ['reviews']);
        window.location.hash = `#/people/reviews/${review.id}`;
      }}
    >
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
      {administrators.length > 1 && (
        <Choices
          legend={t('reviews.reviewers')}
          description={t('reviews.reviewers.means')}
          options={administrators.map(({ id, name: label }) => ({ value: id, label }))}
          chosen={reviewers}
          onChosen={setReviewers}
        />
      )}
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
    </FormDialog>
  );
}

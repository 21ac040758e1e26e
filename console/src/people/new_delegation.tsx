import { NativeSelect, Textarea } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { delegations, rights } from '../api/routes';
import type { NewDelegation as Wanted } from '../api/types';
import { FormDialog } from '../elements/form_dialog';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { Choices, Tick } from './choices';
import { optionsOf } from './choose';
import { PersonField } from './choose_person';

const acts = ['invite', 'suspend', 'give', 'approve'] as const;
const days = [7, 30, 90, 365] as const;

// Who looks after which group, and with what; nothing privileged is offered.
export function NewDelegation({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<Wanted>({
    delegate: '',
    unit: '',
    acts: ['invite', 'give'],
    role_max: 'reader',
  });
  const change = (changed: Partial<Wanted>) => setWanted({ ...wanted, ...changed });
  return (
    <FormDialog
      title={t('delegations.create')}
      onClose={onClose}
      onSubmit={async () => {
        const groups = (wanted.groups ?? []).filter((group) => group !== wanted.unit);
        await delegations.create({ ...wanted, groups });
        for (const key of ['delegations', 'requests', 'users', 'user']) {
          await askAgain(queries, [key]);
        }
      }}
    >
      <PersonField
        label={t('delegations.delegate')}
        description={t('delegations.delegate.means')}
        person={wanted.delegate}
        onPerson={(delegate) => change({ delegate })}
      />
      <Rights wanted={wanted} onWanted={change} />
      <Term wanted={wanted} onWanted={change} />
    </FormDialog>
  );
}

interface Part {
  wanted: Wanted;
  onWanted: (changed: Partial<Wanted>) => void;
}

function Rights({ wanted, onWanted }: Part) {
  const { t } = useSpeech();
  const groups = useQuery({ queryKey: ['groups'], queryFn: rights.groups }).data ?? [];
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles }).data ?? [];
  const plain = profiles.filter(({ privileged }) => !privileged);
  const others = optionsOf(groups, [wanted.unit]);
  return (
    <>
      <NativeSelect
        label={t('delegations.unit')}
        required
        withAsterisk={false}
        data={[
          { value: '', label: t('request.choose') },
          ...groups.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={wanted.unit}
        onChange={(event) => onWanted({ unit: event.currentTarget.value })}
      />
      <Choices
        legend={t('delegations.acts')}
        options={acts.map((act) => ({ value: act, label: t(`delegations.act.${act}`) }))}
        chosen={wanted.acts ?? []}
        onChosen={(chosen) => onWanted({ acts: acts.filter((act) => chosen.includes(act)) })}
      />
      <Tick
        label={t('delegations.members')}
        description={t('delegations.members.means')}
        checked={wanted.role_max === 'member'}
        onChecked={(checked) => onWanted({ role_max: checked ? 'member' : 'reader' })}
      />
      {plain.length > 0 && (
        <Choices
          legend={t('delegations.profiles')}
          options={optionsOf(plain, [])}
          chosen={wanted.profiles ?? []}
          onChosen={(chosen) => onWanted({ profiles: chosen })}
        />
      )}
      {others.length > 0 && (
        <Choices
          legend={t('delegations.groups')}
          options={others}
          chosen={wanted.groups ?? []}
          onChosen={(chosen) => onWanted({ groups: chosen })}
        />
      )}
    </>
  );
}

function Term({ wanted, onWanted }: Part) {
  const { t, language } = useSpeech();
  return (
    <>
      <NativeSelect
        className="narrow"
        label={t('delegations.duration')}
        data={[
          { value: '', label: t('delegations.for_good') },
          ...days.map((each) => ({
            value: String(each * 86_400),
            label: formatDuration(each * 86_400_000_000, language),
          })),
        ]}
        value={String(wanted.duration_s ?? '')}
        onChange={({ currentTarget: { value } }) =>
          onWanted({ duration_s: value === '' ? null : Number(value) })
        }
      />
      <Textarea
        label={t('delegations.reason')}
        description={t('delegations.reason.means')}
        maxLength={1000}
        rows={2}
        value={wanted.reason ?? ''}
        onChange={(event) => onWanted({ reason: event.currentTarget.value })}
      />
    </>
  );
}

import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { identity } from '../api/routes';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { isPerson } from './marks';

// The active persons of one's own organisation; oneself alone for whoever may not see the others.
export function usePersons() {
  const who = useWho();
  const query = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
    enabled: may(who, 'iam:ListUsers'),
  });
  return (query.data ?? [who.user]).filter((user) => user.active && isPerson(user));
}

export function PersonField({
  label,
  description,
  person,
  except,
  onPerson,
}: {
  label: string;
  description?: string;
  person: string;
  except?: string;
  onPerson: (id: string) => void;
}) {
  const { t } = useSpeech();
  const persons = usePersons().filter(({ id }) => id !== except);
  return (
    <NativeSelect
      label={label}
      description={description}
      required
      withAsterisk={false}
      data={[
        { value: '', label: t('request.choose') },
        ...persons.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={person}
      onChange={(event) => onPerson(event.currentTarget.value)}
    />
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { register } from '../api/routes';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

export const kinds = ['employee', 'contractor', 'external'] as const;
export type Kind = (typeof kinds)[number];

// What is typed of a person; days as date fields have them.
export interface Typed {
  name: string;
  reference: string;
  kind: Kind;
  email: string;
  starts: string;
  ends: string;
}

// The fields of a person that are typed.
export function PersonFields({
  typed,
  onTyped,
}: {
  typed: Typed;
  onTyped: (changed: Partial<Typed>) => void;
}) {
  const { t } = useSpeech();
  const field = (name: Exclude<keyof Typed, 'kind'>) => ({
    value: typed[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onTyped({ [name]: event.currentTarget.value }),
  });
  return (
    <>
      <TextInput
        label={t('person.name')}
        required
        withAsterisk={false}
        maxLength={200}
        data-autofocus
        {...field('name')}
      />
      <TextInput
        label={t('person.reference')}
        description={t('person.reference.means')}
        maxLength={64}
        {...field('reference')}
      />
      <NativeSelect
        label={t('person.kind')}
        data={kinds.map((kind) => ({ value: kind, label: t(`person.kind.${kind}`) }))}
        value={typed.kind}
        onChange={(event) => onTyped({ kind: event.currentTarget.value as Kind })}
      />
      <TextInput label={t('person.email')} type="email" maxLength={254} {...field('email')} />
      <TextInput
        label={t('person.starts')}
        type="date"
        required
        withAsterisk={false}
        {...field('starts')}
      />
      <TextInput
        label={t('person.ends')}
        description={t('person.ends.means')}
        type="date"
        {...field('ends')}
      />
    </>
  );
}

// One of the job roles; empty: none.
export function JobField({
  label,
  description,
  required = false,
  job,
  onJob,
}: {
  label: string;
  description?: string;
  required?: boolean;
  job: string;
  onJob: (job: string) => void;
}) {
  const { t } = useSpeech();
  const jobs = useQuery({ queryKey: ['job-roles'], queryFn: register.jobRoles });
  if (jobs.isError) return <Failure error={jobs.error} onRetry={() => void jobs.refetch()} />;
  return (
    <NativeSelect
      label={label}
      description={description}
      required={required}
      withAsterisk={false}
      data={[
        { value: '', label: t('person.job.none') },
        ...(jobs.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
      value={job}
      onChange={(event) => onJob(event.currentTarget.value)}
    />
  );
}

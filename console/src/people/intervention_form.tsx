import { Button, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { Intervention, InterventionKind, NewIntervention, Tenant } from '../api/types';
import { Panel } from '../elements/page';
import { Answer, Failure } from '../elements/states';
import { formatDuration } from '../language/format';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { Choices } from './choices';
import { acts, actionsOf, customerOf, durations } from './interventions';
import classes from './people.module.css';

// What is asked for: of both kinds the same, but who acts.
export type Wanted = Required<Omit<NewIntervention, 'staff'>>;

interface Fields {
  customer: string;
  chosen: string[];
  bucket: string;
  reason: string;
  duration_s: number;
}

// What both kinds begin with, and say of their fields. In an emergency nobody knows beforehand what
// it takes: nothing needs to be chosen.
const kinds: Readonly<
  Record<InterventionKind, { fields: Fields; chooses: boolean; acts: Key; ask: Key }>
> = {
  ordinary: {
    fields: { customer: '', chosen: ['list', 'read'], bucket: '', reason: '', duration_s: 7200 },
    chooses: true,
    acts: 'intervention.acts.means',
    ask: 'interventions.ask',
  },
  break_glass: {
    fields: { customer: '', chosen: [], bucket: '', reason: '', duration_s: 1800 },
    chooses: false,
    acts: 'intervention.acts.emergency',
    ask: 'interventions.break_glass',
  },
};

// Asks for one of a kind, and goes to its page; `children` are fields of that kind alone.
export function InterventionForm({
  kind,
  ask,
  children,
}: {
  kind: InterventionKind;
  ask: (wanted: Wanted) => Promise<Intervention>;
  children?: ReactNode;
}) {
  const tenants = useQuery({ queryKey: ['tenants'], queryFn: identity.tenants });
  return (
    <Panel>
      <Answer query={tenants}>
        {(found) => (
          <Form
            kind={kind}
            ask={ask}
            customers={found.filter((tenant) => tenant.kind !== 'provider')}
          >
            {children}
          </Form>
        )}
      </Answer>
    </Panel>
  );
}

function Form({
  kind,
  ask,
  customers,
  children,
}: {
  kind: InterventionKind;
  ask: (wanted: Wanted) => Promise<Intervention>;
  customers: Tenant[];
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [fields, setFields] = useState(kinds[kind].fields);
  const [tried, setTried] = useState(false);
  const tenant = customerOf(fields.customer);
  const isNothing = kinds[kind].chooses && fields.chosen.length === 0;
  const send = useMutation({
    mutationFn: (named: string) =>
      ask({
        tenant: named,
        actions: actionsOf(fields.chosen),
        bucket: fields.bucket.trim(),
        reason: fields.reason.trim(),
        duration_s: fields.duration_s,
      }),
    onSuccess: async (asked) => {
      await askAgain(queries, ['interventions']);
      window.location.hash = `#/people/interventions/${asked.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (tenant !== null && !isNothing && !send.isPending) send.mutate(tenant);
  }
  const change = (changed: Partial<Fields>) => setFields({ ...fields, ...changed });
  return (
    <form className="stack" onSubmit={submit}>
      <Customer
        customers={customers}
        customer={fields.customer}
        onCustomer={(customer) => change({ customer })}
        isWrong={tried && tenant === null}
      />
      {children}
      <Deed kind={kind} fields={fields} onFields={change} isWrong={tried && isNothing} />
      {send.isError && <Failure error={send.error} />}
      <div className="row">
        <Button type="submit" loading={send.isPending}>
          {t(kinds[kind].ask)}
        </Button>
        <Button component="a" href="#/people/interventions" variant="default">
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  );
}

// What, where, why, and how long.
function Deed({
  kind,
  fields,
  onFields,
  isWrong,
}: {
  kind: InterventionKind;
  fields: Fields;
  onFields: (changed: Partial<Fields>) => void;
  isWrong: boolean;
}) {
  const { t, language } = useSpeech();
  const problem = useId();
  return (
    <>
      <Choices
        legend={t('grant.choices')}
        description={t(kinds[kind].acts)}
        describedBy={problem}
        options={acts.map((value) => ({ value, label: t(`choice.${value}`) }))}
        chosen={fields.chosen}
        onChosen={(chosen) => onFields({ chosen })}
      />
      <p id={problem} className={classes['wrong']} role="alert" hidden={!isWrong}>
        {t('grant.nothing_chosen')}
      </p>
      <TextInput
        className="narrow"
        label={t('intervention.bucket')}
        description={t('intervention.bucket.means')}
        maxLength={63}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={fields.bucket}
        onChange={(event) => onFields({ bucket: event.currentTarget.value })}
      />
      <Textarea
        label={t('request.reason')}
        description={t('intervention.reason.what')}
        required
        withAsterisk={false}
        maxLength={1000}
        rows={3}
        value={fields.reason}
        onChange={(event) => onFields({ reason: event.currentTarget.value })}
      />
      <NativeSelect
        className="narrow"
        label={t('request.duration')}
        description={t('intervention.duration.from')}
        data={durations[kind].map((seconds) => ({
          value: String(seconds),
          label: formatDuration(seconds * 1e6, language),
        }))}
        value={String(fields.duration_s)}
        onChange={(event) => onFields({ duration_s: Number(event.currentTarget.value) })}
      />
    </>
  );
}

// Who administers nothing sees no customers, and names one by its number.
function Customer({
  customers,
  customer,
  onCustomer,
  isWrong,
}: {
  customers: Tenant[];
  customer: string;
  onCustomer: (customer: string) => void;
  isWrong: boolean;
}) {
  const { t } = useSpeech();
  if (customers.length > 0) {
    return (
      <NativeSelect
        className="narrow"
        label={t('intervention.customer')}
        error={isWrong ? t('choose.nothing') : null}
        data={[
          { value: '', label: t('request.choose') },
          ...customers.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={customer}
        onChange={(event) => onCustomer(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      className="narrow"
      label={t('intervention.customer.number')}
      description={t('intervention.customer.number.means')}
      error={isWrong ? t('intervention.customer.number.wrong') : null}
      inputMode="numeric"
      required
      withAsterisk={false}
      autoComplete="off"
      value={customer}
      onChange={(event) => onCustomer(event.currentTarget.value)}
    />
  );
}

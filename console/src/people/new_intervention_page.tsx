import { Button, NativeSelect, TextInput, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { identity, interventions } from '../api/routes';
import type { Tenant } from '../api/types';
import { Page, Panel } from '../elements/page';
import { Answer, Failure } from '../elements/states';
import { formatDuration } from '../language/format';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choices } from './choices';
import { usePersons } from './choose_person';
import { acts, actionsOf, customerOf, hours } from './interventions';
import { BackTo } from './people_tabs';
import classes from './people.module.css';

// Staff asks to be let to a customer's data: on whose, for what, why, and how long.
export function NewInterventionPage() {
  const { t } = useSpeech();
  const tenants = useQuery({ queryKey: ['tenants'], queryFn: identity.tenants });
  return (
    <Page
      title={t('interventions.ask')}
      lead={t('interventions.ask.lead')}
      above={<BackTo at="interventions" />}
    >
      <Panel>
        <Answer query={tenants}>
          {(found) => <Form customers={found.filter(({ kind }) => kind !== 'provider')} />}
        </Answer>
      </Panel>
    </Page>
  );
}

function Form({ customers }: { customers: Tenant[] }) {
  const { t, language } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const problem = useId();
  const [customer, setCustomer] = useState('');
  const [staff, setStaff] = useState(who.user.id);
  const [chosen, setChosen] = useState<string[]>(['list', 'read']);
  const [bucket, setBucket] = useState('');
  const [reason, setReason] = useState('');
  const [lasting, setLasting] = useState<number>(hours[1]);
  const [tried, setTried] = useState(false);
  const tenant = customerOf(customer);
  const ask = useMutation({
    mutationFn: (named: string) =>
      interventions.ask({
        tenant: named,
        ...(staff !== who.user.id && { staff }),
        actions: actionsOf(chosen),
        bucket: bucket.trim(),
        reason: reason.trim(),
        duration_s: lasting * 3600,
      }),
    onSuccess: async (asked) => {
      await askAgain(queries, ['interventions']);
      window.location.hash = `#/people/interventions/${asked.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (tenant !== null && chosen.length > 0 && !ask.isPending) ask.mutate(tenant);
  }
  const isNothing = tried && chosen.length === 0;
  return (
    <form className="stack" onSubmit={submit}>
      <Customer
        customers={customers}
        customer={customer}
        onCustomer={setCustomer}
        isWrong={tried && tenant === null}
      />
      <Staff staff={staff} onStaff={setStaff} />
      <Choices
        legend={t('grant.choices')}
        description={t('intervention.acts.means')}
        describedBy={problem}
        options={acts.map((value) => ({ value, label: t(`choice.${value}`) }))}
        chosen={chosen}
        onChosen={setChosen}
      />
      <p id={problem} className={classes['wrong']} role="alert" hidden={!isNothing}>
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
        value={bucket}
        onChange={(event) => setBucket(event.currentTarget.value)}
      />
      <Textarea
        label={t('request.reason')}
        description={t('intervention.reason.what')}
        required
        withAsterisk={false}
        maxLength={1000}
        rows={3}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <NativeSelect
        className="narrow"
        label={t('request.duration')}
        description={t('intervention.duration.from')}
        data={hours.map((each) => ({
          value: String(each),
          label: formatDuration(each * 3_600_000_000, language),
        }))}
        value={String(lasting)}
        onChange={(event) => setLasting(Number(event.currentTarget.value))}
      />
      {ask.isError && <Failure error={ask.error} />}
      <div className="row">
        <Button type="submit" loading={ask.isPending}>
          {t('interventions.ask')}
        </Button>
        <Button component="a" href="#/people/interventions" variant="default">
          {t('action.cancel')}
        </Button>
      </div>
    </form>
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

// For others administrators ask alone.
function Staff({ staff, onStaff }: { staff: string; onStaff: (staff: string) => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const asksForOthers = may(who, 'iam:RequestIntervention');
  const people = usePersons();
  if (!asksForOthers || people.length < 2) return null;
  return (
    <NativeSelect
      className="narrow"
      label={t('intervention.staff')}
      data={people.map(({ id, name }) => ({ value: id, label: name }))}
      value={staff}
      onChange={(event) => onStaff(event.currentTarget.value)}
    />
  );
}

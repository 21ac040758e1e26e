import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import type { Tenant } from '../api/types';
import { Confirm } from '../elements/confirm';
import { FormDialog } from '../elements/form_dialog';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { tenants } from './routes';

interface OfOne {
  tenant: Tenant;
  onClose: () => void;
}

// What is shown of tenants elsewhere is asked for again as well.
function useDone() {
  const queries = useQueryClient();
  return async (act: Promise<unknown>) => {
    await act;
    await askAgain(queries, ['tenants']);
  };
}

function NameInput({ name, onName }: { name: string; onName: (name: string) => void }) {
  const { t } = useSpeech();
  return (
    <TextInput
      label={t('tenants.name')}
      description={t('tenants.name.means')}
      required
      withAsterisk={false}
      maxLength={100}
      data-autofocus
      value={name}
      onChange={(event) => onName(event.currentTarget.value)}
    />
  );
}

// Below the provider stand partners and customers, below a partner its end customers.
export function NewTenant({ all, onClose }: { all: readonly Tenant[]; onClose: () => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const done = useDone();
  const above = all.filter(({ kind, state }) => kind !== 'customer' && state === 'active');
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'customer' | 'partner'>('customer');
  const [parent, setParent] = useState(who.tenant.id);
  return (
    <FormDialog
      title={t('tenants.create')}
      onClose={onClose}
      onSubmit={() => done(tenants.create({ name, kind, parent }))}
    >
      <NameInput name={name} onName={setName} />
      {who.tenant.kind === 'provider' && (
        <NativeSelect
          label={t('tenants.kind')}
          data={(['customer', 'partner'] as const).map((value) => ({
            value,
            label: t(`tenants.kind.${value}`),
          }))}
          value={kind}
          onChange={(event) => {
            const partner = event.currentTarget.value === 'partner';
            setKind(partner ? 'partner' : 'customer');
            if (partner) setParent(who.tenant.id);
          }}
        />
      )}
      {kind === 'customer' && above.length > 1 && (
        <NativeSelect
          label={t('tenants.below')}
          data={above.map(({ id, name: label }) => ({ value: id, label }))}
          value={parent}
          onChange={(event) => setParent(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  );
}

export function RenameTenant({ tenant, onClose }: OfOne) {
  const { t } = useSpeech();
  const done = useDone();
  const [name, setName] = useState(tenant.name);
  return (
    <FormDialog
      title={t('tenants.rename')}
      onClose={onClose}
      onSubmit={() => done(tenants.rename(tenant.id, name))}
    >
      <NameInput name={name} onName={setName} />
    </FormDialog>
  );
}

export function SuspendTenant({ tenant, onClose }: OfOne) {
  const { t } = useSpeech();
  const done = useDone();
  const [reason, setReason] = useState('');
  return (
    <FormDialog
      title={t('tenants.suspend')}
      onClose={onClose}
      onSubmit={() => done(tenants.suspend(tenant.id, reason))}
    >
      <p>{t('tenants.suspend.ask', { name: tenant.name })}</p>
      {tenant.kind === 'partner' && <p>{t('tenants.suspend.partner')}</p>}
      <Textarea
        label={t('tenants.reason')}
        description={t('tenants.reason.means')}
        required
        withAsterisk={false}
        maxLength={1000}
        autosize
        minRows={2}
        data-autofocus
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

function Ask({
  message,
  onClose,
  act,
  children,
}: {
  message: Key;
  onClose: () => void;
  act: () => Promise<unknown>;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  return (
    <Confirm title={t(message)} action={t(message)} onClose={onClose} onConfirm={act}>
      {children}
    </Confirm>
  );
}

export function ResumeTenant({ tenant, onClose }: OfOne) {
  const { t } = useSpeech();
  const done = useDone();
  return (
    <Ask message="tenants.resume" onClose={onClose} act={() => done(tenants.resume(tenant.id))}>
      {t('tenants.resume.ask', { name: tenant.name })}
    </Ask>
  );
}

export function EndTenant({ tenant, onClose }: OfOne) {
  const { t } = useSpeech();
  const done = useDone();
  return (
    <Ask message="tenants.end" onClose={onClose} act={() => done(tenants.end(tenant.id))}>
      {t('tenants.end.ask', { name: tenant.name })}
    </Ask>
  );
}

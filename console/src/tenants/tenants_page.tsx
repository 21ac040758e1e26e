import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Tenant } from '../api/types';
import { Chip } from '../elements/chip';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { EndTenant, NewTenant, RenameTenant, ResumeTenant, SuspendTenant } from './tenant_forms';
import { tenants } from './routes';
import { treeOf } from './tree';

type Act = 'rename' | 'suspend' | 'resume' | 'end';

// The organisations that stand below one's own: of who may have some there.
export function TenantsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [withEnded, setWithEnded] = useState(false);
  const [asked, setAsked] = useState<{ act: Act; tenant: Tenant } | 'new' | null>(null);
  const query = useQuery({
    queryKey: ['tenants', { withEnded }],
    queryFn: () => tenants.list(withEnded),
  });
  const create = may(who, 'iam:CreateTenant') && (
    <Button leftSection={<Icon name="plus" />} onClick={() => setAsked('new')}>
      {t('tenants.create')}
    </Button>
  );
  return (
    <Page title={t('tenants.title')} lead={t('tenants.lead')} actions={create}>
      <Panel title={t('tenants.tree')} flush>
        <div className="row" style={{ padding: 'var(--mantine-spacing-sm)' }}>
          <Switch
            label={t('tenants.with_ended')}
            checked={withEnded}
            onChange={(event) => setWithEnded(event.currentTarget.checked)}
          />
        </div>
        <Answer query={query}>
          {(found) => (
            <TenantTable found={found} onAct={(act, tenant) => setAsked({ act, tenant })} />
          )}
        </Answer>
      </Panel>
      {asked !== null && (
        <Asked asked={asked} all={query.data ?? []} onClose={() => setAsked(null)} />
      )}
    </Page>
  );
}

function Asked({
  asked,
  all,
  onClose,
}: {
  asked: { act: Act; tenant: Tenant } | 'new';
  all: readonly Tenant[];
  onClose: () => void;
}) {
  if (asked === 'new') return <NewTenant all={all} onClose={onClose} />;
  const { act, tenant } = asked;
  const Form = {
    rename: RenameTenant,
    suspend: SuspendTenant,
    resume: ResumeTenant,
    end: EndTenant,
  }[act];
  return <Form tenant={tenant} onClose={onClose} />;
}

function TenantTable({
  found,
  onAct,
}: {
  found: readonly Tenant[];
  onAct: (act: Act, tenant: Tenant) => void;
}) {
  const { t, time } = useSpeech();
  return (
    <Table
      columns={[
        t('tenants.name'),
        t('tenants.number'),
        t('tenants.kind'),
        t('tenants.state'),
        t('time.created'),
      ]}
      acts
      label={t('tenants.tree')}
    >
      {treeOf(found).map(({ tenant, depth }) => (
        <tr key={tenant.id}>
          <th
            scope="row"
            className="wrap-anywhere"
            style={{ paddingInlineStart: `${1 + 1.5 * depth}rem` }}
          >
            {tenant.name}
            {depth > 0 && <span className="visually-hidden">{t('tenants.depth', { depth })}</span>}
          </th>
          <td>{tenant.account}</td>
          <td>{t(`tenants.kind.${tenant.kind}`)}</td>
          <td>
            <StateMark tenant={tenant} />
            {tenant.suspension !== null && (
              <p className="soft wrap-anywhere">
                {t('tenants.why', {
                  time: time(tenant.suspension.since_us),
                  reason: tenant.suspension.reason,
                })}
              </p>
            )}
          </td>
          <td>{time(tenant.created_us)}</td>
          <td>
            <Acts tenant={tenant} onAct={onAct} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function StateMark({ tenant }: { tenant: Tenant }) {
  const { t } = useSpeech();
  if (tenant.state === 'active' && !tenant.rests_with_above) {
    return (
      <Chip icon="pass" tone="accent">
        {t('tenants.state.active')}
      </Chip>
    );
  }
  return (
    <Chip icon="no_data" tone={tenant.state === 'ended' ? 'unknown' : 'stale'}>
      {t(tenant.state === 'active' ? 'tenants.state.rests' : `tenants.state.${tenant.state}`)}
    </Chip>
  );
}

// What may be done by who stands above; the daemon decides whether.
function actsOn(tenant: Tenant): Act[] {
  if (tenant.state === 'ended') return [];
  return tenant.state === 'suspended' ? ['rename', 'resume', 'end'] : ['rename', 'suspend'];
}

const actionOf: Record<Act, string> = {
  rename: 'iam:RenameTenant',
  suspend: 'iam:SuspendTenant',
  resume: 'iam:ResumeTenant',
  end: 'iam:EndTenant',
};

function Acts({ tenant, onAct }: { tenant: Tenant; onAct: (act: Act, tenant: Tenant) => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const isOwn = tenant.id === who.tenant.id;
  const acts = isOwn ? (tenant.kind === 'provider' ? (['rename'] as const) : []) : actsOn(tenant);
  return (
    <div className="row">
      {acts
        .filter((act) => may(who, actionOf[act]))
        .map((act) => (
          <Button
            key={act}
            size="compact-sm"
            variant="default"
            aria-label={t(`tenants.${act}.of`, { name: tenant.name })}
            onClick={() => onAct(act, tenant)}
          >
            {t(`tenants.${act}`)}
          </Button>
        ))}
    </div>
  );
}

import { ask } from '../api/client';
import { all } from '../api/routes';
import type { NewTenant, Tenant } from '../api/types';

export const tenants = {
  list: (withEnded: boolean) => all<Tenant>(['tenants'], withEnded ? { ended: 'true' } : {}),
  create: (body: NewTenant) => ask<Tenant>('POST', ['tenants'], { body }),
  rename: (id: string, name: string) => ask<Tenant>('PATCH', ['tenants', id], { body: { name } }),
  suspend: (id: string, reason: string) =>
    ask<Tenant>('POST', ['tenants', id, 'suspension'], { body: { reason } }),
  resume: (id: string) => ask<undefined>('DELETE', ['tenants', id, 'suspension']),
  end: (id: string) => ask<undefined>('DELETE', ['tenants', id]),
};

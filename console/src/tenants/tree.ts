import type { Tenant } from '../api/types';

export interface Standing {
  tenant: Tenant;
  depth: number;
}

// Each below the one that it stands below, in the order that they came in. Whose parent is not
// shown stands at the top.
export function treeOf(tenants: readonly Tenant[]): Standing[] {
  const shown = new Set(tenants.map(({ id }) => id));
  const below = (above: string | null, depth: number): Standing[] =>
    tenants
      .filter(({ parent }) =>
        above === null ? parent === null || !shown.has(parent) : parent === above,
      )
      .flatMap((tenant) => [{ tenant, depth }, ...below(tenant.id, depth + 1)]);
  return below(null, 0);
}

// The tree of tenants below the provider, in memory.
const living = { state: 'active', suspension: null, rests_with_above: false, ended_us: null };

export function tenant(id, parent, kind, name) {
  const account = id.padStart(12, '0');
  const organisation = kind === 'provider' ? '' : name;
  return {
    id,
    parent,
    kind,
    name,
    account,
    organisation,
    created_us: 1_767_225_600_000_000,
    ...living,
  };
}

const provider = tenant('1', null, 'provider', 'Aubade Hosting');
let below = [
  tenant('2', '1', 'customer', 'Atelier Rivage'),
  tenant('40', '1', 'partner', 'Conseil Estuaire'),
  tenant('41', '40', 'customer', 'Port de Pêche'),
  {
    ...tenant('42', '1', 'customer', 'Verrerie du Lac'),
    state: 'suspended',
    suspension: { since_us: 1_772_000_000_000_000, by: '1', reason: 'contract over' },
  },
  {
    ...tenant('43', '1', 'customer', 'Scierie Haute (43)'),
    state: 'ended',
    suspension: { since_us: 1_771_000_000_000_000, by: '1', reason: 'contract over' },
    ended_us: 1_771_500_000_000_000,
  },
];
let last = 43;

const find = (id) => below.find((each) => each.id === id);
const isStopped = (id) => {
  const found = find(id);
  return found !== undefined && (found.state !== 'active' || isStopped(found.parent));
};
const shown = (each) => ({ ...each, rests_with_above: isStopped(each.parent) });

function change(id, changed) {
  below = below.map((each) => (each.id === id ? { ...each, ...changed } : each));
  return shown(find(id));
}

const missing = { message_id: 'iam.tenant_missing', title: 'Not there', detail: 'No such tenant.' };

// Of whoever administers the provider. Nothing: another route.
export function answerTenants(route, path, body, query, who) {
  if (who.tenant.kind !== 'provider' || who.user.role === 'operator') return undefined;
  const id = path[1];
  switch (route) {
    case 'GET tenants': {
      const asked = query.get('ended') === 'true';
      const items = [provider, ...below.filter(({ state }) => asked || state !== 'ended')];
      return [200, { items: items.map(shown), next_cursor: null }];
    }
    case 'POST tenants': {
      const made = tenant(String(++last), body.parent, body.kind, body.name);
      below.push(made);
      return [201, shown(made)];
    }
    case 'PATCH tenants/*':
      return find(id) ? [200, change(id, { name: body.name })] : [404, missing];
    case 'POST tenants/*/suspension': {
      const suspension = { since_us: 1_772_500_000_000_000, by: '1', reason: body.reason };
      return [201, change(id, { state: 'suspended', suspension })];
    }
    case 'DELETE tenants/*/suspension':
      change(id, { state: 'active', suspension: null });
      return [204, null];
    case 'DELETE tenants/*': {
      if (id === '2') {
        const detail = 'Atelier Rivage keeps buckets still.';
        return [409, { message_id: 'iam.tenant_has_buckets', title: 'In the way', detail }];
      }
      const name = `${find(id).name} (${id})`;
      change(id, { state: 'ended', name, ended_us: 1_772_600_000_000_000 });
      return [204, null];
    }
  }
  return undefined;
}

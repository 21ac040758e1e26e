// The provider's registers, in memory.
const days = 86_400_000_000;
const now = () => Date.now() * 1000;

function version(number, state, proposed_by, rest = {}) {
  return {
    number,
    state,
    state_since_us: now() - 40 * days,
    file_name: `access-${number}.pdf`,
    file_sha256: 'b7c4'.repeat(16),
    file_bytes: 48_211,
    proposed_us: now() - 41 * days,
    proposed_by,
    proposed_by_name: proposed_by === '1' ? 'admin' : 'olga',
    approved_us: null,
    approved_by: null,
    approved_by_name: null,
    approved_by_own_account: false,
    reviewed_us: null,
    reviewed_by: null,
    reviewed_by_name: null,
    withdrawn_us: null,
    withdrawn_by: null,
    withdrawn_by_name: null,
    ...rest,
  };
}

const approved = (by, ago) => ({
  approved_us: now() - ago * days,
  approved_by: by,
  approved_by_name: by === '1' ? 'admin' : 'olga',
});

function document(id, reference, title, topic, versions) {
  return {
    id,
    reference,
    title,
    topic,
    owner_role: 'CISO',
    review_months: 12,
    versions,
    created_us: now() - 400 * days,
    changed_us: now() - 400 * days,
  };
}

const documents = [
  document('8801', 'IAM-1', 'Qui reçoit quel accès', 'iam', [
    version(3, 'draft', '6'),
    version(2, 'approved', '1', approved('6', 370)),
    version(1, 'superseded', '6', approved('1', 390)),
  ]),
  document('8802', 'INC-1', 'Incidents', 'incidents', [version(1, 'draft', '1')]),
];

function system(id, name, rest) {
  return {
    id,
    name,
    purpose: 'Consoles',
    owner_role: 'RSSI',
    environment: 'production',
    sign_in: 'directory',
    directory: 'aubade',
    access_document: 'IAM-1',
    access_place: '4',
    state: 'in_service',
    state_since_us: now() - 300 * days,
    scanned_us: now() - 12 * days,
    created_us: now() - 300 * days,
    changed_us: now() - 300 * days,
    accounts: [],
    ...rest,
  };
}

const systems = [
  system('8901', 'Consoles', {
    accounts: [
      { account: 'root', person: null, break_glass: true, reason: 'Coffre' },
      { account: 'olga', person: 'E-6', break_glass: false, reason: '' },
    ],
  }),
  system('8902', 'Supervision', {
    sign_in: 'local',
    directory: null,
    access_document: null,
    access_place: '',
    scanned_us: null,
  }),
];

const registers = { documents, systems };

// With what follows from it.
function told(register, entry) {
  if (register === 'systems') return { ...entry, account_count: entry.accounts.length };
  const current = entry.versions.find(({ state }) => state === 'approved');
  const since = current?.reviewed_us ?? current?.approved_us;
  const due_us = current === undefined ? null : since + 365 * days;
  return { ...entry, version: current?.number ?? null, due_us };
}

function move(entry, { act, version: number }, who) {
  if (act === 'retire' || act === 'restore') {
    entry.state = act === 'retire' ? 'retired' : 'in_service';
    return;
  }
  const found = entry.versions.find((each) => each.number === number);
  const by = { at: now(), who: who.user };
  const stamp = { approve: 'approved', review: 'reviewed', withdraw: 'withdrawn' }[act];
  if (act === 'approve') {
    for (const each of entry.versions) if (each.state === 'approved') each.state = 'superseded';
  }
  if (act !== 'review') found.state = stamp;
  found[`${stamp}_us`] = by.at;
  found[`${stamp}_by`] = by.who.id;
  found[`${stamp}_by_name`] = by.who.name;
}

// [status, what]
export function answerRegisters([, register, id, part], body, who) {
  const entries = registers[register];
  if (id === undefined) {
    const items = entries.map((entry) => {
      const shown = told(register, entry);
      delete shown.versions;
      delete shown.accounts;
      return shown;
    });
    return [200, { items, next_cursor: null }];
  }
  const entry = entries.find((each) => each.id === id);
  if (part === 'transitions') move(entry, body, who);
  return [200, told(register, entry)];
}

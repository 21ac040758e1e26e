// What customers attest, in memory.
const days = 86_400_000_000;
const now = () => Date.now() * 1000;

const texts = {
  access_management: ['S07-C-01', 'Our organisation alone decides.', 'Nous seuls en décidons.'],
  guest_access: ['S07-C-07', 'Our systems are ours to manage.', 'Nous seuls gérons nos systèmes.'],
  staff: ['S10-C-01', 'We answer for our staff.', 'Nous répondons de notre personnel.'],
  skills: ['S10-C-02', 'Our users know how.', 'Nos utilisateurs savent faire.'],
  instructions: ['S10-C-04', 'Our users are told.', 'Nos utilisateurs sont informés.'],
};

function attestation(id, topic, signedDaysAgo, rest = {}) {
  return {
    id,
    tenant: '2',
    topic,
    version: 1,
    text_sha256: 'a3f1'.repeat(16),
    language: 'fr',
    signed_by: '4',
    signed_by_name: 'nadia',
    signer_active: true,
    signed_us: now() - signedDaysAgo * days,
    expires_us: now() + (365 - signedDaysAgo) * days,
    superseded_us: null,
    withdrawn_us: null,
    withdrawn_by_name: null,
    withdrawn_reason: null,
    administrators: [],
    ...rest,
  };
}

const named = [
  { user: '4', name: 'nadia', active: true },
  { user: '77', name: 'gaspard', active: false },
];

// The newest first.
const signed = [
  attestation('9004', 'access_management', 20, { administrators: named, signer_active: false }),
  attestation('9003', 'guest_access', 350),
  attestation('9002', 'staff', 3),
  attestation('9001', 'staff', 360, { superseded_us: now() - 3 * days }),
];

function stateOf(newest) {
  if (newest === undefined) return 'never';
  if (newest.withdrawn_us !== null) return 'withdrawn';
  if (newest.administrators.some(({ active }) => !active)) return 'administrator_gone';
  return newest.expires_us - now() < 30 * days ? 'ends_soon' : 'signed';
}

function topics() {
  return Object.entries(texts).map(([topic, [measure, en, fr]]) => {
    const newest = signed.find((each) => each.topic === topic && each.superseded_us === null);
    return {
      topic,
      measure,
      version: 1,
      text: { en: `${en}\n\nIt is so.`, fr: `${fr}\n\nC’est ainsi.` },
      text_sha256: 'a3f1'.repeat(16),
      names_administrators: topic === 'access_management',
      valid_for_us: 365 * days,
      state: stateOf(newest),
      sign_again_by_us: null,
      attestation: newest ?? null,
    };
  });
}

// [status, what], or nothing: another route. The provider is asked nothing.
export function answerAttestations(route, path, body, query, who) {
  const of = query.get('tenant') ?? who.tenant.id;
  switch (route) {
    case 'GET attestation-topics':
      return [200, { items: of === '1' ? [] : topics() }];
    case 'GET attestations': {
      const items = signed.filter(({ topic }) => topic === query.get('topic'));
      return [200, { items, next_cursor: null }];
    }
    case 'POST attestations': {
      for (const each of signed) if (each.topic === body.topic) each.superseded_us ??= now();
      const administrators = (body.administrators ?? []).map((user) => ({
        user,
        name: user === '4' ? 'nadia' : `person ${user}`,
        active: true,
      }));
      signed.unshift(attestation(String(9005 + signed.length), body.topic, 0, { administrators }));
      return [201, signed[0]];
    }
    case 'POST attestations/*/withdraw': {
      const found = signed.find(({ id }) => id === path[1]);
      Object.assign(found, {
        withdrawn_us: now(),
        withdrawn_by_name: who.user.name,
        withdrawn_reason: body.reason,
      });
      return [200, found];
    }
    default:
      return undefined;
  }
}

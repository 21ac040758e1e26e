// Stands in for the daemon where its pages are tested alone: `node browser/mock/server.mjs [port]`.
// It serves dist/ under the daemon's content security policy, and answers the API from memory. A
// request with the header or cookie `mock-fault: STATUS` is answered that problem; with the cookie
// `mock-stale` the session's second factor is a quarter of an hour old.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as data from './data.mjs';
import { answerAttestations } from './attestations.mjs';
import { answerRegisters } from './registers.mjs';
import { answerHolds } from './holds.mjs';
import { answerPeople } from './people.mjs';
import { isOpen } from './public_access.mjs';

const port = Number(process.argv[2] ?? 8444);
const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

const sessions = new Map();
const steppedUp = new Set();
let buckets = ['rivage-archive', 'rivage-photos'].map(data.bucket);
const objects = new Map(
  [
    ['readme.txt', 1812],
    ['2026/été/plage.jpg', 4_812_331],
    ['2026/été/port.raw', 48_123_310],
    ['2026/hiver/neige.jpg', 3_100_200],
    ['a very long name that says in all detail what the file is about, and goes on.pdf', 120_000],
  ].map(([key, size]) => [key, data.object(key, size)]),
);
const policies = new Map();
let begun = { kind: 'scrub', subject: '', started: 0 };
const tokens = [];
const recovery_codes = Array.from({ length: 10 }, (_, at) => `abcd-efgh-ijkl-mn${at}2`);
// Of the administrator: an authenticator app, and a passkey on several devices.
const factors = new Map([
  [
    '1',
    ['totp', 'passkey'].map((kind, at) => ({
      id: String(at + 1),
      kind,
      label: kind === 'passkey' ? 'YubiKey' : null,
      site: kind === 'passkey' ? 'localhost' : null,
      backed_up: kind === 'passkey',
      alone_suffices: kind === 'passkey',
      created_us: Date.now() * 1000 - 9e11,
      last_used_us: Date.now() * 1000 - 3e9,
    })),
  ],
]);
const keys = [];

function problem(response, status, message_id, title, detail, args = {}) {
  const code = { 400: 'invalid', 401: 'denied', 403: 'denied', 404: 'not_found', 409: 'conflict' };
  answer(response, status, {
    type: 'about:blank',
    title,
    status,
    detail,
    code: code[status] ?? 'retry',
    message_id,
    arguments: args,
  });
}

function answer(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

const page = (items) => ({ items, next_cursor: null });

function cookieOf(request, name) {
  return new RegExp(`${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
}

function sessionOf(who, request) {
  return {
    id: `session-${who.user.id}`,
    user: who.user.id,
    created_us: Date.now() * 1000 - 3e9,
    last_seen_us: Date.now() * 1000,
    expires_us: Date.now() * 1000 + 3e10,
    source_ip: '127.0.0.1',
    user_agent: request.headers['user-agent'] ?? '',
    directory: null,
    second_factor: who.totp !== null,
    second_factor_us: who.totp !== null ? Date.now() * 1000 : null,
    factor: who.totp !== null ? 'totp' : null,
    current: true,
    places: [
      {
        source_ip: '198.51.100.7',
        user_agent: 'curl/7.88.1',
        first_seen_us: Date.now() * 1000 - 1e9,
        confirmed_us: null,
      },
    ],
  };
}

function refuseSignIn(response) {
  return problem(
    response,
    401,
    'iam.sign_in_refused',
    'Not signed in',
    'The user name, the password or the code is wrong. Try again.',
  );
}

function signIn(request, response, body) {
  // Whatever the organisation: the mock has one of each name.
  const who = data.users[String(body.user).split('/').at(-1)];
  if (who === undefined || who.password !== body.password) {
    return refuseSignIn(response);
  }
  if (who.totp !== null && !body.totp) {
    return problem(response, 401, 'iam.totp_needed', 'A code is needed', 'Enter the code.');
  }
  if (who.totp !== null && who.totp !== body.totp) {
    return refuseSignIn(response);
  }
  const secret = Math.random().toString(36).slice(2);
  sessions.set(secret, who);
  answer(
    response,
    200,
    { user: who.user, session: sessionOf(who, request) },
    { 'Set-Cookie': `belfry_session=${secret}; Path=/; HttpOnly; SameSite=Strict` },
  );
}

// The mock has an IP address, as the daemon may have.
function passkeyNotHere(response) {
  return problem(
    response,
    400,
    'iam.passkey_not_here',
    'Not here',
    'Open the console at one of these: https://localhost:8443',
  );
}

function list(query) {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const items = [];
  const prefixes = new Set();
  for (const key of [...objects.keys()].sort()) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end >= 0) prefixes.add(key.slice(0, end + delimiter.length));
    else items.push(objects.get(key));
  }
  return { ...page(items), common_prefixes: [...prefixes] };
}

// As the daemon, as far as a page is to be tested with it.
function setPolicy(response, bucket, text) {
  const wrong = (message_id, detail, where) =>
    problem(response, 400, message_id, 'The request is wrong', detail, { where });
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    return wrong('policy.not_json', 'The policy is not JSON. Check brackets.', 'document');
  }
  const at = document.Statement.findIndex(({ Action }) => !String(Action).includes(':'));
  if (at >= 0) {
    const where = `Statement[${at}].Action`;
    const { Action } = document.Statement[at];
    return wrong('policy.bad_action', `“${Action}” in ${where} is no action.`, where);
  }
  policies.set(bucket, document);
  return answer(response, 204);
}

function job() {
  const progress = Math.min(1, (Date.now() - begun.started) / 2500);
  const found = [
    {
      set: '7001',
      disk: 'par1-s1-d2',
      kind: 'record',
      state: 'corrupt',
      found_us: Date.now() * 1000,
    },
  ].map((damage) => ({ ...damage, object: 'rivage-photos/2026/été/port.raw' }));
  return {
    id: '1',
    kind: begun.kind,
    subject: begun.subject,
    state: progress < 1 ? 'running' : 'done',
    progress,
    started_us: begun.started * 1000,
    finished_us: null,
    report:
      progress < 1 || begun.kind === 'readmit'
        ? null
        : { sets: 2, records: 4012, files: 24, read_bytes: 2e9, found, repaired: 1 },
    error: null,
  };
}

function audit(path, query) {
  if (path[1] === 'checkpoint') {
    const root = Buffer.alloc(32, 7);
    const note = `aubade.example/tenant/1\n412\n${root.toString('base64')}\n\n\u2014 aubade.example/tenant/1 AAAAAAAA\n`;
    return { origin: 'aubade.example/tenant/1', size: 412, root: root.toString('hex'), note };
  }
  if (path[1] === 'keys') {
    return {
      origin: 'aubade.example/tenant/1',
      verifier_key: 'aubade+00000000+AQ==',
      month_keys: [],
    };
  }
  if (path[1] === 'verifier-key') {
    return { origin: 'aubade.example/tenant/1', verifier_key: 'aubade+00000000+AQ==' };
  }
  if (path[1] === 'proof') return { index: 41, size: 412, hashes: [] };
  return query.get('order') === 'oldest' ? later(query) : earlier(query);
}

function earlier(query) {
  const start = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 100);
  const action = (query.get('action') ?? '').replace('*', '');
  const outcome = query.get('outcome') ?? '';
  const source = query.get('source_ip') ?? '';
  const matching = data.events.filter(
    (event) =>
      event.action.startsWith(action) &&
      (outcome === '' || event.outcome === outcome) &&
      (source === '' || event.source_ip === source),
  );
  const next = start + limit < matching.length ? String(start + limit) : null;
  return {
    items: matching.slice(start, start + limit),
    next_cursor: next,
    log_size: 412,
    stopped_early: source === '203.0.113.9',
  };
}

// Two events come while one looks on, and no more.
function later(query) {
  const index = Number(query.get('cursor').split('.')[0]);
  const items = index < 414 ? [{ ...data.events[0], index, action: 's3:DeleteObject' }] : [];
  const next = `${String(index + items.length)}.0`;
  return { items, next_cursor: next, log_size: 414, stopped_early: false };
}

function isStale(request) {
  const isOld = cookieOf(request, 'mock-stale') !== undefined;
  return isOld && !steppedUp.has(cookieOf(request, 'belfry_session'));
}

function api(request, response, path, query, body) {
  const { method } = request;
  const fault = Number(cookieOf(request, 'mock-fault'));
  if (fault > 0 && path[0] !== 'session') {
    return problem(response, fault, 'mock.fault', 'Not now', 'Wait a moment, then try again.');
  }
  if (path[0] === 'session' && path.length === 1 && method === 'POST') {
    return signIn(request, response, body);
  }
  if (path[0] === 'session' && path[1] === 'passkey-request') return passkeyNotHere(response);
  const who = sessions.get(cookieOf(request, 'belfry_session'));
  if (who === undefined) {
    return problem(response, 401, 'iam.unauthenticated', 'Not signed in', 'Sign in.');
  }
  if (method !== 'GET' && request.headers['x-belfry-request'] !== '1') {
    return problem(response, 403, 'api.request_header_needed', 'Refused', 'Send the header.');
  }
  if (method === 'DELETE' && path[1] === 'factors') {
    return problem(response, 409, 'iam.last_factor', 'In the way', 'Add another first.');
  }
  const route = `${method} ${path.map((part, at) => (at % 2 === 1 ? '*' : part)).join('/')}`;
  const isOfOthers = method !== 'GET' && /^(profiles|groups|users|tenants)/.test(path[0]);
  if (isOfOthers && isStale(request)) {
    return problem(response, 403, 'iam.step_up_needed', 'Not allowed', 'Confirm first.');
  }
  const changed =
    'profiles|users|access-rules|factor-rule|reviews|roles|issuers|job-roles|checklist-steps|service-accounts|.*public-access';
  const isChange = new RegExp(`^PUT (${changed})`).test(route) && body.length > 0;
  const said = isChange ? JSON.parse(body.toString()) : body;
  const found = answerPeople(route, path, said, query, who);
  if (found !== undefined) {
    const [status, what] = found;
    if (status < 400) return answer(response, status, what);
    const { message_id, detail, arguments: args } = what;
    return problem(response, status, message_id, 'Not done', detail, args);
  }
  const attested = answerAttestations(route, path, body, query, who);
  if (attested !== undefined) return answer(response, ...attested);
  if (path[0] === 'registers') return answer(response, ...answerRegisters(path, body, who));
  if (path[0] === 'audit' && path[1] === 'holds') {
    return answer(response, ...answerHolds(method, path, body));
  }
  switch (route) {
    case 'GET session':
      return answer(response, 200, {
        user: who.user,
        tenant: who.tenant,
        session: sessionOf(who, request),
        method: 'session',
        second_factor: who.totp !== null,
        second_factor_needed: who.demanded === true && !who.user.has_totp,
        second_factor_asked_by: who.demanded === true ? 'organisation' : null,
        passkey_due: false,
        terms_due: false,
        elsewhere: false,
        rights: who.rights,
        provider_name: 'Aubade Hosting',
        demonstration: true,
      });
    case 'DELETE session':
      sessions.delete(cookieOf(request, 'belfry_session'));
      return answer(response, 204);
    case 'POST session/*':
      if (path[1] === 'password') return answer(response, 204);
      if (path[1] === 'recovery-codes') return answer(response, 201, { recovery_codes });
      if (path[1] === 'step-up') {
        if (body.totp !== who.totp) {
          return problem(response, 403, 'iam.wrong_code', 'Not allowed', 'The code is wrong.');
        }
        steppedUp.add(cookieOf(request, 'belfry_session'));
        return answer(response, 204);
      }
      return answer(response, 200, {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Belfry:claire?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Belfry',
      });
    case 'GET session/*':
      return answer(response, 200, {
        factors: factors.get(who.user.id) ?? [],
        recovery_codes_left: factors.has(who.user.id) ? 10 : 0,
      });
    case 'POST session/*/request':
      return passkeyNotHere(response);
    case 'POST session/*/confirm':
      who.user.has_totp = true;
      return answer(response, 200, { recovery_codes });
    case 'GET annex':
      return answer(response, 200, data.annex);
    case 'GET annex/*':
    case 'POST annex/*/check': {
      const found = data.detail(path[1]);
      if (found !== undefined) return answer(response, 200, found);
      break;
    }
    case 'GET buckets':
      return answer(
        response,
        200,
        page(buckets.map((each) => ({ ...each, is_open: isOpen(each.name) }))),
      );
    case 'POST buckets':
      buckets.push(data.bucket(body.name));
      return answer(response, 201, data.bucket(body.name));
    case 'DELETE buckets/*':
      if (path[1] === 'rivage-photos') {
        return problem(
          response,
          409,
          'bucket.not_empty',
          'The bucket is not empty',
          'Delete its objects first.',
        );
      }
      buckets = buckets.filter((each) => each.name !== path[1]);
      return answer(response, 204);
    case 'GET buckets/*/objects':
      if (path[1] !== 'rivage-photos') {
        return answer(response, 200, { ...page([]), common_prefixes: [] });
      }
      return answer(response, 200, list(query));
    case 'GET buckets/*/policy':
      return answer(response, 200, {
        policy: policies.get(path[1]) ?? null,
        is_public: false,
        account: who.tenant.account,
      });
    case 'PUT buckets/*/policy':
      return setPolicy(response, path[1], body.toString());
    case 'DELETE buckets/*/policy':
      policies.delete(path[1]);
      return answer(response, 204);
    case 'GET buckets/*/copies/*':
      return answer(response, 200, data.copies(objects.get(path[3])));
    case 'PUT buckets/*/objects/*':
      if (request.headers['if-none-match'] === '*' && objects.has(path[3])) {
        return problem(response, 412, 'object.precondition', 'Already there', 'Replace it?');
      }
      objects.set(path[3], data.object(path[3], body.length));
      return answer(response, 200, objects.get(path[3]));
    case 'DELETE buckets/*/objects/*':
      objects.delete(path[3]);
      return answer(response, 204);
    case 'GET disks':
      return answer(response, 200, page(data.disks));
    case 'GET replica-sets':
      return answer(response, 200, page(data.sets));
    case 'POST scrub':
    case 'POST disks/*/scrub':
    case 'POST disks/*/readmit':
      begun = { kind: path.at(-1), subject: path.length > 1 ? path[1] : '', started: Date.now() };
      return answer(response, 202, job());
    case 'GET jobs/*':
      return answer(response, 200, job());
    case 'GET users/*/sessions': {
      const isOwn = path[1] === who.user.id;
      const session = { ...sessionOf(who, request), id: `session-${path[1]}`, current: isOwn };
      return answer(response, 200, page([session]));
    }
    case 'DELETE sessions/*':
      return answer(response, 204);
    case 'GET users/*/access-keys':
      return answer(response, 200, page(keys.filter(({ user }) => user === path[1])));
    case 'POST users/*/access-keys': {
      const id = 'BLFEXAMPLEACCESSKEY0';
      keys.push({ id, user: path[1], tenant: who.tenant.id, created_us: Date.now() * 1000 });
      Object.assign(keys.at(-1), { last_used_us: null, expires_us: null, active: true });
      return answer(response, 201, {
        access_key: keys.at(-1),
        secret: 'a-secret-of-forty-characters',
      });
    }
    case 'POST service-accounts/*/access-keys': {
      const id = `BLFPROGRAMKEY000${path[1]}`;
      const expires_us = Date.now() * 1000 + body.lifetime_us;
      keys.push({ id, user: path[1], tenant: who.tenant.id, created_us: Date.now() * 1000 });
      Object.assign(keys.at(-1), { last_used_us: null, expires_us, active: true });
      return answer(response, 201, { access_key: keys.at(-1), secret: 'a-program-has-a-secret' });
    }
    case 'DELETE access-keys/*':
      keys.splice(
        keys.findIndex(({ id }) => id === path[1]),
        1,
      );
      return answer(response, 204);
    case 'GET api-tokens':
      return answer(response, 200, page(tokens));
    case 'POST api-tokens':
      tokens.push({ id: '1', user: who.user.id, label: body.label, created_us: Date.now() * 1000 });
      Object.assign(tokens.at(-1), { expires_us: null, second_factor: false });
      return answer(response, 201, { api_token: tokens.at(-1), secret: 'blf_example' });
    case 'GET audit/*':
      return query.get('order') === 'oldest' && Number(query.get('cursor').split('.')[0]) >= 414
        ? setTimeout(() => answer(response, 200, audit(path, query)), 2000)
        : answer(response, 200, audit(path, query));
  }
  problem(response, 404, 'mock.missing', 'Nothing there', 'Look at the list again.');
}

const server = createServer((request, response) => {
  const address = new URL(request.url, 'http://mock');
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const path = address.pathname.split('/').slice(1).map(decodeURIComponent);
    if (path[0] === 'api') {
      const whole = Buffer.concat(chunks);
      const isJson = request.headers['content-type'] === 'application/json';
      const isUpload = request.method === 'PUT';
      const body = isJson && !isUpload ? JSON.parse(whole.toString()) : whole;
      return api(request, response, path.slice(2), address.searchParams, body);
    }
    const isPage = /^\/[\w-]*$/.test(address.pathname);
    const name = isPage ? 'index.html' : normalize(address.pathname).slice(1);
    const file = join(dist, name);
    if (!file.startsWith(dist) || !existsSync(file)) return answer(response, 404, {});
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
});
server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/`));

import { describe, expect, it } from 'vitest';
import type { Intervention, Issuer, User, WhoAmI } from '../src/api/types';
import { fromSegment } from '../src/objects/place';
import { readFields } from '../src/audit/filter';
import { matching, noFilter } from '../src/people/filter';
import { askedFor, holderIn, holdersAmong } from '../src/people/holders';
import {
  acts,
  actionsOf,
  customerOf,
  isMine,
  durations,
  leftSeconds,
  logOf,
  mayBreakGlass,
  mayDecide,
  mayEnd,
  mayReport,
  octetsLeft,
  reportStateOf,
} from '../src/people/interventions';
import {
  changeOf,
  fieldsOf,
  lostBy,
  namesClient,
  newIssuerOf,
  noIssuer,
  redirectOf,
} from '../src/people/issuers';
import { firstTab, seesInterventions } from '../src/people/people_tabs';

function who(kind: 'provider' | 'partner' | 'customer', name: string, ...rights: string[]): WhoAmI {
  return {
    user: { id: `id of ${name}`, name } as User,
    tenant: { id: '1', parent: null, kind, name: 'One', account: '000000000001' },
    rights,
  } as WhoAmI;
}

const asked = (more: Partial<Intervention> = {}) =>
  ({
    id: '77',
    tenant: '1',
    staff: 'id of olga',
    requested_by_name: 'olga',
    state: 'pending',
    ...more,
  }) as Intervention;

const admin = who('provider', 'admin', 'iam:DecideIntervention', 'iam:EndIntervention');
const olga = who('provider', 'olga');
const customer = who('customer', 'nadia', 'iam:GetIntervention', 'iam:EndIntervention');

describe('an intervention', () => {
  it('is asked for by what was chosen, and by what the API knows', () => {
    expect(actionsOf([])).toEqual([]);
    expect(actionsOf(['delete', 'read'])).toEqual([
      's3:GetObject',
      's3:GetObjectAttributes',
      's3:DeleteObject',
    ]);
    const all = actionsOf(acts);
    expect(all.length).toBeLessThanOrEqual(20);
    expect(all.filter((action) => !/^s3:[A-Za-z]+$/.test(action) || /Policy/.test(action))).toEqual(
      [],
    );
  });

  it('names a customer by its number, however that is written', () => {
    expect(customerOf('000000000002')).toBe('2');
    expect(customerOf(' 0000 0000 0012 ')).toBe('12');
    expect(customerOf('0')).toBe('0');
    for (const wrong of ['', 'two', '2a', '-2', '12345678901234567890']) {
      expect(customerOf(wrong), wrong).toBeNull();
    }
  });

  it('is decided by another administrator of the provider, while it waits', () => {
    expect(mayDecide(admin, asked())).toBe(true);
    expect(mayDecide(admin, asked({ state: 'open' }))).toBe(false);
    expect(mayDecide(admin, asked({ requested_by_name: 'admin' }))).toBe(false);
    expect(mayDecide(admin, asked({ staff: 'id of admin' }))).toBe(false);
    expect(mayDecide(olga, asked({ staff: 'another' }))).toBe(false);
    // The rights of a customer's administrator have the same names.
    const mighty = who('customer', 'nadia', 'iam:DecideIntervention');
    expect(mayDecide(mighty, asked())).toBe(false);
  });

  it('is ended by whoever acts or asked, and by administrators of both, before it is over', () => {
    for (const state of ['pending', 'open'] as const) {
      for (const each of [admin, olga, customer]) {
        expect(mayEnd(each, asked({ state })), each.user.name).toBe(true);
      }
      expect(mayEnd(who('provider', 'remi'), asked({ state }))).toBe(false);
      // A partner sees it on its customer's data, and leaves the end to that one.
      const partner = who('partner', 'pia', 'iam:GetIntervention', 'iam:EndIntervention');
      expect(mayEnd(partner, asked({ state, tenant: '2' }))).toBe(false);
    }
    for (const state of ['refused', 'ended', 'lapsed'] as const) {
      expect(mayEnd(admin, asked({ state }))).toBe(false);
    }
    // A name is one's own within the provider: a customer's user of that name is another.
    expect(isMine(who('customer', 'olga'), asked())).toBe(false);
  });

  it('is found in the log by its number', () => {
    const place = /^#\/audit\/(.+)$/.exec(logOf(asked()))?.[1] ?? '';
    expect(readFields(fromSegment(place))).toMatchObject({ detail: 'intervention=77', actor: '' });
  });

  it('is seen by staff and by administrators of a customer', () => {
    expect(seesInterventions(olga)).toBe(true);
    expect(seesInterventions(customer)).toBe(true);
    expect(seesInterventions(who('customer', 'claire'))).toBe(false);
    expect(firstTab(olga)).toBe('interventions');
    expect(firstTab(who('customer', 'nadia', 'iam:ListUsers', 'iam:ListIssuers'))).toBe('users');
    expect(firstTab(who('customer', 'claire'))).toBe('requests');
  });
});

describe('a break-glass', () => {
  const secondUs = 1_000_000;
  const broken = (more: Partial<Intervention> = {}) =>
    asked({ kind: 'break_glass', report: null, report_due_us: 72 * secondUs, ...more });

  it('is opened by administrators of the provider, for an hour at most', () => {
    expect(mayBreakGlass(who('provider', 'admin', 'iam:BreakGlass'))).toBe(true);
    expect(mayBreakGlass(olga)).toBe(false);
    expect(mayBreakGlass(who('customer', 'nadia', 'iam:BreakGlass'))).toBe(false);
    expect(Math.max(...durations.break_glass)).toBe(3600);
    expect(Math.max(...durations.ordinary)).toBe(12 * 3600);
  });

  it('is approved within the time that is left, which is never less than none', () => {
    const waiting = broken({ pending_until_us: 900 * secondUs });
    expect(leftSeconds(waiting, 0)).toBe(900);
    expect(leftSeconds(waiting, 1)).toBe(840);
    expect(leftSeconds(waiting, 781_000)).toBe(119);
    expect(leftSeconds(waiting, 899_001)).toBe(0);
    expect(leftSeconds(waiting, 899_000)).toBe(1);
    expect(leftSeconds(waiting, 5_000_000)).toBe(0);
  });

  it('owes a report once it is over, which is overdue from the very moment on', () => {
    const ended = broken({ state: 'ended' });
    expect(reportStateOf(broken({ state: 'open' }), 0)).toBe('later');
    expect(reportStateOf(ended, 71_999)).toBe('due');
    expect(reportStateOf(ended, 72_000)).toBe('overdue');
    expect(reportStateOf({ ...ended, report: 'done' }, 90_000)).toBe('given');
    // Nothing was open.
    expect(reportStateOf(broken({ state: 'lapsed', report_due_us: null }), 90_000)).toBeNull();
  });

  it('is reported by who opened it, and by another only when that account is none any more', () => {
    const other = who('provider', 'admin', 'iam:ReportIntervention');
    expect(mayReport(olga, broken(), null)).toBe(true);
    expect(mayReport(other, broken(), ['admin', 'olga'])).toBe(false);
    expect(mayReport(other, broken(), null), 'not known yet').toBe(false);
    expect(mayReport(other, broken(), ['admin'])).toBe(true);
    expect(mayReport(other, broken({ requested_by_name: null }), ['admin'])).toBe(true);
    expect(mayReport(who('provider', 'remi'), broken(), ['remi'])).toBe(false);
    // A customer's user of the same name opened nothing.
    expect(mayReport(who('customer', 'olga', 'iam:ReportIntervention'), broken(), [])).toBe(false);
  });

  it('has a report of so many octets, which are not letters', () => {
    expect(octetsLeft('')).toBe(4000);
    expect(octetsLeft('a'.repeat(4000))).toBe(0);
    expect(octetsLeft('é'.repeat(2001))).toBe(-2);
  });
});

describe('a directory', () => {
  const issuer: Issuer = {
    id: '9',
    tenant: '1',
    url: 'https://id.example',
    arn: 'arn:aws:iam::000000000001:oidc-provider/id.example',
    purpose: 'both',
    organisation: null,
    client_id: 'belfry',
    has_secret: true,
    audiences: ['builds'],
    scopes: ['email'],
    creates_users: true,
    trusts_factors: true,
    required_claim: null,
    required_value: null,
    created_us: 1,
    changed_us: 2,
  };

  it('is what it was when nothing of it is changed, its secret too', () => {
    expect(changeOf(fieldsOf(issuer), true)).toEqual({
      purpose: 'both',
      organisation: '',
      client_id: 'belfry',
      audiences: ['builds'],
      scopes: ['email'],
      creates_users: true,
      trusts_factors: true,
      required_claim: '',
      required_value: '',
    });
  });

  it('gets another secret, or none, only when that was said', () => {
    const fields = fieldsOf(issuer);
    expect(changeOf({ ...fields, client_secret: 'new' })).toMatchObject({ client_secret: 'new' });
    expect(changeOf({ ...fields, removes_secret: true })).toMatchObject({ client_secret: '' });
    expect(changeOf({ ...fields, removes_secret: true })).not.toHaveProperty('removes_secret');
  });

  it('requires a value of a claim alone, and takes no blanks around', () => {
    const fields = { ...noIssuer, organisation: ' acme ', client_id: ' belfry ' };
    expect(newIssuerOf(' https://id.example ', { ...fields, required_value: 'x' })).toMatchObject({
      url: 'https://id.example',
      organisation: 'acme',
      client_id: 'belfry',
      required_claim: '',
      required_value: '',
    });
  });

  it('says nothing that is for another purpose', () => {
    const fields = { ...fieldsOf(issuer), organisation: 'acme' };
    expect(changeOf({ ...fields, purpose: 'people' })).toMatchObject({
      purpose: 'people',
      client_id: 'belfry',
      audiences: [],
    });
    const programs = changeOf({ ...fields, purpose: 'programs', client_secret: 'typed before' });
    expect(programs).toEqual({
      purpose: 'programs',
      organisation: '',
      client_id: '',
      audiences: ['builds'],
      scopes: [],
      creates_users: false,
      trusts_factors: false,
      required_claim: '',
      required_value: '',
    });
    // A secret that is kept goes with the client whose it was.
    expect(changeOf({ ...fields, purpose: 'programs' }, true)).toMatchObject({ client_secret: '' });
  });

  it('is read without a client, and becomes one for people with the usual scopes', () => {
    const programs: Issuer = { ...issuer, purpose: 'programs', client_id: null, scopes: [] };
    expect(fieldsOf(programs)).toMatchObject({ client_id: '', scopes: noIssuer.scopes });
    expect(changeOf(fieldsOf(programs))).toMatchObject({ purpose: 'programs', scopes: [] });
    expect(fieldsOf({ ...issuer, scopes: [] }).scopes).toEqual([]);
  });

  it('takes no sign-in of people for a program', () => {
    const fields = { ...fieldsOf(issuer), audiences: ['builds', 'belfry'] };
    expect(namesClient({ ...fields, client_id: ' belfry ' })).toBe(true);
    expect(namesClient({ ...fields, client_id: 'other' })).toBe(false);
    // There is no client: the field is not shown.
    expect(namesClient({ ...fields, purpose: 'programs' })).toBe(false);
  });

  it('tells for whom it is no more', () => {
    expect(lostBy(null, 'programs')).toBeNull();
    expect(lostBy(issuer, 'both')).toBeNull();
    expect(lostBy(issuer, 'programs')).toBe('people');
    expect(lostBy(issuer, 'people')).toBe('programs');
    expect(lostBy({ purpose: 'people' }, 'both')).toBeNull();
  });

  it('sends the browser back to an address of its organisation', () => {
    expect(redirectOf('acme', 'https://belfry.example:8443')).toBe(
      'https://belfry.example:8443/signed-in?organisation=acme',
    );
    expect(redirectOf('a&b', '')).toBe('/signed-in?organisation=a%26b');
  });
});

describe('who can hold a profile', () => {
  const user = (id: string, role: User['role']) => ({ id, name: `user ${id}`, role }) as User;
  it('are groups, and users who are no administrators by their role', () => {
    const users = [user('1', 'reader'), user('2', 'tenant_administrator'), user('3', 'member')];
    const found = holdersAmong(users, [{ id: '1', name: 'group 1' }], ['3']);
    expect(found).toEqual({
      groups: [{ value: 'groups 1', label: 'group 1' }],
      users: [{ value: 'users 1', label: 'user 1' }],
    });
    const holders = [...found.groups, ...found.users].map(({ value }) => holderIn(value));
    expect(holders.map((holder) => askedFor('9', holder))).toEqual([
      { profile: '9', group: '1' },
      { profile: '9', user: '1' },
    ]);
  });
});

describe('the users without a second factor', () => {
  it('are persons: a program has none', () => {
    const user = (name: string, owner: string | null, has_totp: boolean) =>
      ({ name, email: '', role: 'reader', owner, has_totp, passkeys: 0 }) as User;
    const users = [
      user('anna', null, false),
      user('copies', '1', false),
      user('bruno', null, true),
    ];
    const found = matching(users, { ...noFilter, kind: 'without_factor' });
    expect(found.map(({ name }) => name)).toEqual(['anna']);
  });
});

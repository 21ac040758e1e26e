import type { Issuer, IssuerChange, IssuerPurpose, NewIssuer } from '../api/types';
import { directoryPath } from '../sign_in/directory_path';

// Whose tokens count: of people who sign in (a directory), of programs that assume roles, or both.
export const purposes: readonly IssuerPurpose[] = ['people', 'programs', 'both'];

export const isForPeople = (purpose: IssuerPurpose) => purpose !== 'programs';
export const isForPrograms = (purpose: IssuerPurpose) => purpose !== 'people';

// What is said of a directory in its form.
export interface IssuerFields {
  purpose: IssuerPurpose;
  organisation: string;
  client_id: string;
  client_secret: string; // empty: as it is
  removes_secret: boolean;
  scopes: string[];
  audiences: string[];
  creates_users: boolean;
  trusts_factors: boolean;
  required_claim: string;
  required_value: string;
}

export const noIssuer: IssuerFields = {
  purpose: 'people',
  organisation: '',
  client_id: '',
  client_secret: '',
  removes_secret: false,
  scopes: ['email', 'profile'],
  audiences: [],
  creates_users: false,
  trusts_factors: false,
  required_claim: '',
  required_value: '',
};

export function fieldsOf(issuer: Issuer): IssuerFields {
  return {
    ...noIssuer,
    purpose: issuer.purpose,
    organisation: issuer.organisation ?? '',
    client_id: issuer.client_id ?? '',
    scopes: isForPeople(issuer.purpose) ? issuer.scopes : noIssuer.scopes,
    audiences: issuer.audiences,
    creates_users: issuer.creates_users,
    trusts_factors: issuer.trusts_factors,
    required_claim: issuer.required_claim ?? '',
    required_value: issuer.required_value ?? '',
  };
}

// What it is said to be for people, as far as it is for them.
function peopleOf(fields: IssuerFields) {
  if (!isForPeople(fields.purpose)) {
    return {
      organisation: '',
      client_id: '',
      scopes: [],
      creates_users: false,
      trusts_factors: false,
    };
  }
  return {
    organisation: fields.organisation.trim(),
    client_id: fields.client_id.trim(),
    scopes: fields.scopes,
    creates_users: fields.creates_users,
    trusts_factors: fields.trusts_factors,
  };
}

// All settings: what a change leaves out would be as if it were empty. A secret is not: it stays,
// but where there is no client any more whose it was.
export function changeOf(fields: IssuerFields, hasSecret = false): IssuerChange {
  const { purpose, client_secret } = fields;
  const required_claim = fields.required_claim.trim();
  const removesSecret = isForPeople(purpose) ? fields.removes_secret : hasSecret;
  const setsSecret = isForPeople(purpose) && client_secret !== '';
  return {
    purpose,
    ...peopleOf(fields),
    audiences: isForPrograms(purpose) ? fields.audiences : [],
    required_claim,
    required_value: required_claim === '' ? '' : fields.required_value.trim(),
    ...(removesSecret ? { client_secret: '' } : setsSecret && { client_secret }),
  };
}

// The client's own tokens are of people: none of them may be taken for a program's.
export function namesClient({ purpose, client_id, audiences }: IssuerFields): boolean {
  return purpose === 'both' && audiences.includes(client_id.trim());
}

// For whom it is no more after the change: what they have by it ends.
export function lostBy(
  kept: Pick<Issuer, 'purpose'> | null,
  purpose: IssuerPurpose,
): 'people' | 'programs' | null {
  if (kept === null) return null;
  if (isForPeople(kept.purpose) && !isForPeople(purpose)) return 'people';
  return isForPrograms(kept.purpose) && !isForPrograms(purpose) ? 'programs' : null;
}

export function newIssuerOf(url: string, fields: IssuerFields): NewIssuer {
  return { url: url.trim(), ...changeOf(fields) };
}

// Where a directory sends the browser back to: each organisation has its own address.
export function redirectOf(organisation: string, origin = window.location.origin): string {
  return `${origin}${directoryPath}?organisation=${encodeURIComponent(organisation)}`;
}

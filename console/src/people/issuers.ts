import type { Issuer, IssuerChange, NewIssuer } from '../api/types';
import { directoryPath } from '../sign_in/directory_path';

// What is said of a directory in its form.
export interface IssuerFields {
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
    organisation: issuer.organisation ?? '',
    client_id: issuer.client_id,
    scopes: issuer.scopes,
    audiences: issuer.audiences,
    creates_users: issuer.creates_users,
    trusts_factors: issuer.trusts_factors,
    required_claim: issuer.required_claim ?? '',
    required_value: issuer.required_value ?? '',
  };
}

// All settings: what a change leaves out would be as if it were empty. A secret is not: it stays.
export function changeOf(fields: IssuerFields): IssuerChange {
  const { client_secret, removes_secret, ...settings } = fields;
  const required_claim = settings.required_claim.trim();
  return {
    ...settings,
    organisation: settings.organisation.trim(),
    client_id: settings.client_id.trim(),
    required_claim,
    required_value: required_claim === '' ? '' : settings.required_value.trim(),
    ...(removes_secret ? { client_secret: '' } : client_secret !== '' && { client_secret }),
  };
}

export function newIssuerOf(url: string, fields: IssuerFields): NewIssuer {
  return { url: url.trim(), ...changeOf(fields) };
}

// Where a directory sends the browser back to: each organisation has its own address.
export function redirectOf(organisation: string, origin = window.location.origin): string {
  return `${origin}${directoryPath}?organisation=${encodeURIComponent(organisation)}`;
}

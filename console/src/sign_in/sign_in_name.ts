import { recall, remember } from '../elements/memory';

const place = 'organisation';

// What a user types to sign in: "Acme/anna"; who is of the provider has no organisation to name.
export function signInName(organisation: string, name: string): string {
  return organisation === '' ? name : `${organisation}/${name}`;
}

// The organisation that somebody of this browser signed in to last, with its slash.
export const recalledOrganisation = (): string => recall(place) ?? '';

export function rememberOrganisation(typed: string): void {
  remember(place, typed.slice(0, typed.lastIndexOf('/') + 1));
}

import { createContext, useContext } from 'react';
import type { User, WhoAmI } from '../api/types';

// What to show; the daemon decides again at each request.
export function may(who: WhoAmI, action: string): boolean {
  return who.rights.includes(action);
}

// Of the provider: everybody there may ask for an intervention on a customer's data.
export function isStaff(who: WhoAmI): boolean {
  return who.tenant.kind === 'provider';
}

// Below a customer nobody stands.
export function hasTenants(who: WhoAmI): boolean {
  return who.tenant.kind !== 'customer' && may(who, 'iam:SuspendTenant');
}

// Who administers the provider is asked for the strongest factor, from the first passkey on.
export const wantsPasskey = (user: User) => isOfProvider(user) && user.passkeys > 0;
export const lacksPasskey = (user: User) => isOfProvider(user) && user.passkeys === 0;
const isOfProvider = ({ role }: User) => role === 'provider_administrator';

export const WhoContext = createContext<WhoAmI | null>(null);

export function useWho(): WhoAmI {
  const who = useContext(WhoContext);
  if (who === null) throw new Error('useWho is for pages inside the shell');
  return who;
}

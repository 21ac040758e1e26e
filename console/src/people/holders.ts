import type { Holder } from '../api/routes';
import type { User } from '../api/types';
import { optionsOf, type Option } from './choose';
import { isAdministrator } from './marks';

// Who can hold a profile, as choices: no profile applies to administrators by their role.

interface Named {
  id: string;
  name: string;
}

export function holdersAmong(
  users: readonly User[],
  groups: readonly Named[],
  taken: readonly string[],
): Readonly<Record<Holder['kind'], Option[]>> {
  const of = (kind: Holder['kind'], things: readonly Named[]) =>
    optionsOf(things, taken).map(({ value, label }) => ({ value: `${kind} ${value}`, label }));
  return {
    groups: of('groups', groups),
    users: of(
      'users',
      users.filter((user) => !isAdministrator(user)),
    ),
  };
}

export function holderIn(value: string): Holder {
  const [kind, id] = value.split(' ');
  return { kind: kind === 'groups' ? 'groups' : 'users', id: id ?? '' };
}

// What is asked for when `holder` is to have the profile.
export const askedFor = (profile: string, { kind, id }: Holder) => ({
  profile,
  ...(kind === 'users' ? { user: id } : { group: id }),
});

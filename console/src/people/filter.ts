import type { User } from '../api/types';
import { isPerson } from './marks';

// Which of the users are shown.
export const kinds = ['all', 'active', 'suspended', 'privileged', 'without_factor'] as const;
export type Kind = (typeof kinds)[number];

export interface UserFilter {
  words: string;
  kind: Kind;
  role: string; // empty: any
}

export const noFilter: UserFilter = { words: '', kind: 'all', role: '' };

const isOfKind: Record<Kind, (user: User) => boolean> = {
  all: () => true,
  active: ({ active }) => active,
  suspended: ({ active }) => !active,
  privileged: ({ privileged }) => privileged,
  without_factor: (user) => isPerson(user) && !user.has_totp && user.passkeys === 0,
};

// Letters in any case, with or without their accents.
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function matching(users: readonly User[], { words, kind, role }: UserFilter): User[] {
  const wanted = plain(words).split(/\s+/);
  return users.filter((user) => {
    const text = plain(`${user.name} ${user.email}`);
    return (
      isOfKind[kind](user) &&
      (role === '' || user.role === role) &&
      wanted.every((word) => text.includes(word))
    );
  });
}

import type { User } from '../api/types';
import { Chip } from '../elements/chip';
import { useSpeech } from '../language/speech';

// What one sees of a user, or of a profile, at once.

export const isAdministrator = ({ role }: Pick<User, 'role'>) =>
  role === 'provider_administrator' || role === 'operator' || role === 'tenant_administrator';

// Who may be named to decide in a review.
export const isReviewer = ({ role }: Pick<User, 'role'>) =>
  role === 'provider_administrator' || role === 'tenant_administrator';

// Not the account of a program.
export const isPerson = ({ owner }: Pick<User, 'owner'>) => owner === null;

export function StatusMark({ active }: { active: boolean }) {
  const { t } = useSpeech();
  return (
    <Chip icon={active ? 'pass' : 'no_data'} tone={active ? 'accent' : 'unknown'}>
      {t(active ? 'user.active' : 'user.suspended')}
    </Chip>
  );
}

export function PrivilegedMark({ privileged }: { privileged: boolean }) {
  const { t } = useSpeech();
  return privileged ? <span className="tag">{t('people.privileged')}</span> : null;
}

export function FactorsMark({ user }: { user: User }) {
  const { t, count } = useSpeech();
  const factors = [
    ...(user.has_totp ? [t('account.totp')] : []),
    ...(user.passkeys > 0 ? [count('user.passkeys', user.passkeys)] : []),
  ];
  if (factors.length > 0) return <>{factors.join(', ')}</>;
  if (!user.factor_needed) return <span className="soft">{t('user.no_factor')}</span>;
  return (
    <Chip icon="error" tone="stale">
      {t('user.no_factor')}
    </Chip>
  );
}

import type { User } from '../api/types';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';

// What one sees of a user, or of a profile, at once.

export const isAdministrator = ({ role }: Pick<User, 'role'>) =>
  role === 'provider_administrator' || role === 'operator' || role === 'tenant_administrator';

export function StatusMark({ active }: { active: boolean }) {
  const { t } = useSpeech();
  return (
    <span className="chip" data-tone={active ? 'accent' : 'unknown'}>
      <Icon name={active ? 'pass' : 'no_data'} size={14} />
      {t(active ? 'user.active' : 'user.suspended')}
    </span>
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
  if (!user.privileged) return <span className="soft">{t('user.no_factor')}</span>;
  return (
    <span className="chip" data-tone="stale">
      <Icon name="error" size={14} />
      {t('user.no_factor')}
    </span>
  );
}

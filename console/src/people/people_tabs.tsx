import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';

const tabs: readonly { at: Tab; label: Key; action: string | null }[] = [
  { at: 'users', label: 'people.users', action: 'iam:ListUsers' },
  { at: 'groups', label: 'people.groups', action: 'iam:ListGroups' },
  { at: 'profiles', label: 'people.profiles', action: 'iam:ListProfiles' },
  { at: 'assumed-roles', label: 'people.assumed-roles', action: 'iam:ListRoles' },
  { at: 'requests', label: 'people.requests', action: null },
  { at: 'reviews', label: 'people.reviews', action: 'iam:GetReview' },
  { at: 'access', label: 'people.access', action: null },
];

export type Tab =
  'users' | 'groups' | 'profiles' | 'assumed-roles' | 'requests' | 'reviews' | 'access';

export function PeopleTabs({ at }: { at: Tab }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <nav className="tabs" aria-label={t('people.title')}>
      {tabs
        .filter(({ action }) => action === null || may(who, action))
        .map((tab) => (
          <a
            key={tab.at}
            href={`#/people/${tab.at}`}
            aria-current={tab.at === at ? 'page' : undefined}
          >
            {t(tab.label)}
          </a>
        ))}
    </nav>
  );
}

// Back to the list that a page is of.
export function BackTo({ at }: { at: Tab }) {
  const { t } = useSpeech();
  return (
    <a href={`#/people/${at}`} className="back">
      {t(`people.${at}`)}
    </a>
  );
}

import type { WhoAmI } from '../api/types';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';

const everybody = () => true;

// The lists of people and rights, and what is needed to see one; without a right it is for
// everybody, who then sees what is its own.
const tabs: readonly { at: Tab; label: Key; opens: string | ((who: WhoAmI) => boolean) }[] = [
  { at: 'users', label: 'people.users', opens: 'iam:ListUsers' },
  { at: 'groups', label: 'people.groups', opens: 'iam:ListGroups' },
  { at: 'profiles', label: 'people.profiles', opens: 'iam:ListProfiles' },
  { at: 'delegations', label: 'people.delegations', opens: seesDelegations },
  { at: 'service-accounts', label: 'people.service-accounts', opens: everybody },
  { at: 'assumed-roles', label: 'people.assumed-roles', opens: 'iam:ListRoles' },
  { at: 'directories', label: 'people.directories', opens: 'iam:ListIssuers' },
  { at: 'requests', label: 'people.requests', opens: everybody },
  { at: 'reviews', label: 'people.reviews', opens: 'iam:GetReview' },
  { at: 'interventions', label: 'people.interventions', opens: seesInterventions },
  { at: 'access', label: 'people.access', opens: everybody },
];

export type Tab =
  | 'users'
  | 'groups'
  | 'profiles'
  | 'delegations'
  | 'service-accounts'
  | 'assumed-roles'
  | 'directories'
  | 'requests'
  | 'reviews'
  | 'interventions'
  | 'access';

export function seesInterventions(who: WhoAmI): boolean {
  return isStaff(who) || may(who, 'iam:GetIntervention');
}

// Administrators, and who sees groups: a delegate its own.
function seesDelegations(who: WhoAmI): boolean {
  return may(who, 'iam:CreateDelegation') || may(who, 'iam:ListGroups');
}

const openTabs = (who: WhoAmI) =>
  tabs.filter(({ opens }) => (typeof opens === 'string' ? may(who, opens) : opens(who)));

// Where the pages of people begin: with what not everybody sees, if there is any.
export function firstTab(who: WhoAmI): Tab {
  return openTabs(who).find(({ opens }) => opens !== everybody)?.at ?? 'requests';
}

export function PeopleTabs({ at }: { at: Tab }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <nav className="tabs" aria-label={t('people.title')}>
      {openTabs(who).map((tab) => (
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

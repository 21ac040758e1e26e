import type { ReactNode } from 'react';
import { Page, Panel } from '../elements/page';
import { Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import type { WhoAmI } from '../api/types';
import { isStaff, may, useWho } from '../shell/rights';
import { AccessQuestionsPage } from './access_page';
import { AssumedRolePage } from './assumed_role_page';
import { AssumedRolesPage } from './assumed_roles_page';
import { BreakGlassPage } from './break_glass_page';
import { ChecklistStepsPage } from './checklist_steps_page';
import { DelegationsPage } from './delegations_page';
import { DirectoriesPage } from './directories_page';
import { GroupPage } from './group_page';
import { GroupsPage } from './groups_page';
import { InterventionPage } from './intervention_page';
import { mayBreakGlass } from './interventions';
import { InterventionsPage } from './interventions_page';
import { IssuerPage } from './issuer_page';
import { JobRolesPage } from './job_roles_page';
import { NewAssumedRolePage } from './new_assumed_role_page';
import { NewInterventionPage } from './new_intervention_page';
import { NewIssuerPage } from './new_issuer_page';
import { NewProfilePage } from './new_profile_page';
import { NewRequestPage } from './new_request_page';
import { seesInterventions } from './people_tabs';
import { PersonPage } from './person_page';
import { PersonsPage } from './persons_page';
import { ProfilePage } from './profile_page';
import { ProfilesPage } from './profiles_page';
import { RequestPage } from './request_page';
import { RequestsPage } from './requests_page';
import { ReviewPage } from './review_page';
import { ReviewsPage } from './reviews_page';
import { RolePage } from './role_page';
import { ServiceAccountPage } from './service_account_page';
import { ServiceAccountsPage } from './service_accounts_page';
import { UserPage } from './user_page';
import { UsersPage } from './users_page';

interface Place {
  action: string | null; // without it there is nothing to see
  page: (id: string) => ReactNode;
}

function placeOf(who: WhoAmI, kind: string, id: string | undefined): Place | null {
  switch (kind) {
    case 'users':
      return {
        action: 'iam:ListUsers',
        page: (user) => (id === undefined ? <UsersPage /> : <UserPage id={user} />),
      };
    case 'groups':
      return {
        action: 'iam:ListGroups',
        page: (group) => (id === undefined ? <GroupsPage /> : <GroupPage id={group} />),
      };
    case 'profiles':
      if (id === undefined) return { action: 'iam:ListProfiles', page: () => <ProfilesPage /> };
      return id === 'new'
        ? { action: 'iam:CreateProfile', page: () => <NewProfilePage /> }
        : { action: 'iam:GetProfile', page: (profile) => <ProfilePage id={profile} /> };
    case 'persons':
      if (id === undefined) return { action: 'people:ListPeople', page: () => <PersonsPage /> };
      return { action: 'people:GetPerson', page: (person) => <PersonPage id={person} /> };
    case 'job-roles':
      return { action: 'people:ListJobRoles', page: () => <JobRolesPage /> };
    case 'checklists':
      return { action: 'people:ListChecklistSteps', page: () => <ChecklistStepsPage /> };
    case 'requests':
      return { action: null, page: () => requestsPageOf(id) };
    case 'reviews':
      return {
        action: 'iam:GetReview',
        page: (review) => (id === undefined ? <ReviewsPage /> : <ReviewPage id={review} />),
      };
    case 'access':
      return { action: null, page: (about) => <AccessQuestionsPage about={about} /> };
    case 'assumed-roles':
      if (id === undefined) return { action: 'iam:ListRoles', page: () => <AssumedRolesPage /> };
      return id === 'new'
        ? { action: 'iam:CreateRole', page: () => <NewAssumedRolePage /> }
        : { action: 'iam:GetRole', page: (role) => <AssumedRolePage id={role} /> };
    case 'delegations':
      return { action: null, page: () => <DelegationsPage /> };
    case 'service-accounts':
      return {
        action: null,
        page: (account) =>
          id === undefined ? <ServiceAccountsPage /> : <ServiceAccountPage id={account} />,
      };
    case 'directories':
      if (id === undefined) return { action: 'iam:ListIssuers', page: () => <DirectoriesPage /> };
      return id === 'new'
        ? { action: 'iam:CreateIssuer', page: () => <NewIssuerPage /> }
        : { action: 'iam:GetIssuer', page: (issuer) => <IssuerPage id={issuer} /> };
    case 'interventions':
      if (!seesInterventions(who)) return null;
      return { action: null, page: () => interventionsPageOf(who, id) };
    case 'roles':
      return { action: null, page: (role) => <RolePage role={role} /> };
    default:
      return null;
  }
}

// Everybody asks for rights, and sees what came of it.
function requestsPageOf(id: string | undefined): ReactNode {
  if (id === undefined) return <RequestsPage />;
  return id === 'new' ? <NewRequestPage /> : <RequestPage id={id} />;
}

function interventionsPageOf(who: WhoAmI, id: string | undefined): ReactNode {
  if (id === undefined) return <InterventionsPage />;
  if (id === 'new') return isStaff(who) ? <NewInterventionPage /> : <Closed />;
  if (id === 'break-glass') return mayBreakGlass(who) ? <BreakGlassPage /> : <Closed />;
  return <InterventionPage id={id} />;
}

// The pages below #/people, for whoever has the right to look.
export function PeoplePages({ kind, id }: { kind: string; id: string | undefined }) {
  const who = useWho();
  const place = placeOf(who, kind, id);
  const isOpen = place !== null && (place.action === null || may(who, place.action));
  return isOpen ? place.page(id ?? '') : <Closed />;
}

function Closed() {
  const { t } = useSpeech();
  return (
    <Page title={t('people.title')}>
      <Panel flush>
        <Empty icon="users" title={t('people.closed')}>
          {t('problem.denied.todo')} <a href="#/account/rights">{t('people.closed.own')}</a>
        </Empty>
      </Panel>
    </Page>
  );
}

import type { ReactNode } from 'react';
import { Page, Panel } from '../elements/page';
import { Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { AccessQuestionsPage } from './access_page';
import { AssumedRolePage } from './assumed_role_page';
import { AssumedRolesPage } from './assumed_roles_page';
import { GroupPage } from './group_page';
import { GroupsPage } from './groups_page';
import { NewAssumedRolePage } from './new_assumed_role_page';
import { NewProfilePage } from './new_profile_page';
import { NewRequestPage } from './new_request_page';
import { ProfilePage } from './profile_page';
import { ProfilesPage } from './profiles_page';
import { RequestPage } from './request_page';
import { RequestsPage } from './requests_page';
import { ReviewPage } from './review_page';
import { ReviewsPage } from './reviews_page';
import { RolePage } from './role_page';
import { UserPage } from './user_page';
import { UsersPage } from './users_page';

interface Place {
  action: string | null; // without it there is nothing to see
  page: (id: string) => ReactNode;
}

function placeOf(kind: string, id: string | undefined): Place | null {
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

// The pages below #/people, for whoever has the right to look.
export function PeoplePages({ kind, id }: { kind: string; id: string | undefined }) {
  const who = useWho();
  const place = placeOf(kind, id);
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

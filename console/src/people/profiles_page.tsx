import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { rights } from '../api/routes';
import type { Profile } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PrivilegedMark } from './marks';
import { PeopleTabs } from './people_tabs';

export function ProfilesPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['profiles'], queryFn: rights.profiles });
  const create = may(who, 'iam:CreateProfile') && (
    <Button component="a" href="#/people/profiles/new" leftSection={<Icon name="plus" />}>
      {t('profiles.create')}
    </Button>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.profiles')}
      lead={t('profiles.lead')}
      actions={create}
    >
      <PeopleTabs at="profiles" />
      <Panel title={t('profiles.own')} flush>
        <Answer query={query}>
          {(profiles) =>
            profiles.length === 0 ? (
              <Empty icon="annex" title={t('profiles.none')}>
                {t('profiles.none.todo')}
              </Empty>
            ) : (
              <ProfileTable profiles={profiles} />
            )
          }
        </Answer>
      </Panel>
      <RolesPanel />
    </Page>
  );
}

function ProfileTable({ profiles }: { profiles: Profile[] }) {
  const { t } = useSpeech();
  return (
    <Table columns={[t('profiles.name'), t('profiles.changed')]}>
      {profiles.map((profile) => (
        <tr key={profile.id}>
          <th scope="row" className="name-cell">
            <span className="row">
              <a href={`#/people/profiles/${profile.id}`} className="wrap-anywhere">
                <span>{profile.name}</span>
              </a>
              <PrivilegedMark privileged={profile.privileged} />
            </span>
          </th>
          <td>
            <Moment us={profile.changed_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// The predefined ones: what the roles of this organisation allow.
function RolesPanel() {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['predefined'], queryFn: rights.predefined });
  return (
    <Panel title={t('profiles.roles')} flush>
      <p className="panel-body soft">{t('profiles.roles.means')}</p>
      <Answer query={query}>
        {({ items }) => (
          <Table columns={[t('user.role'), t('profiles.for')]}>
            {items.map(({ role, privileged }) => (
              <tr key={role}>
                <th scope="row" className="disk-cell">
                  <span className="row">
                    <a href={`#/people/roles/${role}`}>{t(`role.${role}`)}</a>
                    <PrivilegedMark privileged={privileged} />
                  </span>
                </th>
                <td>{t(`role.${role}.means`)}</td>
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Panel>
  );
}

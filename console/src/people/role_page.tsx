import { useQuery } from '@tanstack/react-query';
import { rights } from '../api/routes';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { may, useWho } from '../shell/rights';
import { BackTo } from './people_tabs';
import { StatementList } from './statement_list';

// What a role allows. It is fixed: read, not changed.
export function RolePage({ role }: { role: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['predefined'], queryFn: rights.predefined });
  const found = query.data?.items.find((each) => each.role === role);
  return (
    <Page
      title={found === undefined ? t('user.role') : t(`role.${found.role}`)}
      lead={found !== undefined && t(`role.${found.role}.means`)}
      above={
        may(who, 'iam:ListProfiles') ? (
          <BackTo at="profiles" />
        ) : (
          <a href="#/account/rights" className="back">
            {t('account.rights')}
          </a>
        )
      }
    >
      <Answer query={query}>
        {() =>
          found === undefined ? (
            <Panel flush>
              <Empty icon="users" title={t('roles.missing')} />
            </Panel>
          ) : (
            <>
              {found.privileged && (
                <p className="notice" role="note">
                  <Icon name="error" />
                  {t('people.privileged.means')}
                </p>
              )}
              <Panel title={t('policy.allows')}>
                <StatementList policy={found.policy} />
              </Panel>
              <Panel title={t('policy.document')}>
                <pre className="code" tabIndex={0} aria-label={t('policy.document')}>
                  {write(found.policy)}
                </pre>
              </Panel>
            </>
          )
        }
      </Answer>
    </Page>
  );
}

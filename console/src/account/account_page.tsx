import { useLocation, useParams } from 'wouter';
import { Icon } from '../elements/icon';
import { Page } from '../elements/page';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { RightsPanel } from '../people/rights_panel';
import { useWho } from '../shell/rights';
import { signInName } from '../sign_in/sign_in_name';
import { AccessKeysPanel } from './access_keys';
import { ApiTokensPanel } from './api_tokens';
import { FactorsTab } from './factors_tab';
import { PasswordPanel } from './password';
import { SessionsPanel } from './sessions';

const tabs: readonly { path: string; label: Key; panel: () => React.ReactNode }[] = [
  {
    path: 'second-factor',
    label: 'account.second_factor',
    panel: () => <FactorsTab />,
  },
  { path: 'rights', label: 'account.rights', panel: () => <OwnRights /> },
  { path: 'password', label: 'account.password', panel: () => <PasswordPanel /> },
  { path: 'sessions', label: 'account.sessions', panel: () => <SessionsPanel /> },
  { path: 'access-keys', label: 'account.access_keys', panel: () => <AccessKeysPanel /> },
  { path: 'api-tokens', label: 'account.api_tokens', panel: () => <ApiTokensPanel /> },
];

function OwnRights() {
  const { t } = useSpeech();
  return (
    <div className="stack">
      <RightsPanel user={useWho().user} />
      <p>
        <a href="#/people/requests">{t('requests.see')}</a> ·{' '}
        <a href="#/people/service-accounts">{t('programs.own')}</a>
      </p>
    </div>
  );
}

export function AccountPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [location] = useLocation();
  const { tab } = useParams<{ tab?: string }>();
  const chosen = tabs.find(({ path }) => path === tab) ?? tabs[0];
  return (
    <Page
      title={t('account.title')}
      lead={
        <>
          <strong>{signInName(who.tenant.organisation, who.user.name)}</strong> ·{' '}
          {t(`role.${who.user.role}`)} · {who.tenant.name}
        </>
      }
    >
      {who.second_factor_needed && (
        <p className="notice" role="note">
          <Icon name="error" />
          {t(
            who.second_factor_asked_by === 'organisation'
              ? 'account.second_factor.demanded'
              : 'account.second_factor.needed',
          )}
        </p>
      )}
      <nav className="tabs" aria-label={t('account.title')}>
        {tabs.map(({ path, label }) => (
          <a
            key={path}
            href={`#/account/${path}`}
            aria-current={path === chosen?.path ? 'page' : undefined}
          >
            {t(label)}
          </a>
        ))}
      </nav>
      <div key={location}>{chosen?.panel()}</div>
    </Page>
  );
}

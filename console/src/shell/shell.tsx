import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { session } from '../api/routes';
import type { WhoAmI } from '../api/types';
import { Icon, type IconName } from '../elements/icon';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { UploadSign } from '../objects/upload_sign';
import { BelfryMark } from './belfry_mark';
import { Preferences } from './preferences';
import { hasTenants, isStaff, lacksPasskey, may, useWho } from './rights';
import classes from './shell.module.css';

interface Place {
  path: string;
  icon: IconName;
  label: Key;
  opens: string | ((who: WhoAmI) => boolean);
}

const everybody = () => true;

const places: readonly Place[] = [
  { path: '/annex', icon: 'annex', label: 'nav.annex', opens: 'measure:ListMeasures' },
  { path: '/buckets', icon: 'buckets', label: 'nav.buckets', opens: 's3:ListAllMyBuckets' },
  { path: '/disks', icon: 'disks', label: 'nav.disks', opens: 'disk:ListDisks' },
  {
    path: '/people',
    icon: 'users',
    label: 'nav.people',
    opens: (who) => isStaff(who) || may(who, 'iam:ListUsers'),
  },
  { path: '/tenants', icon: 'tenants', label: 'nav.tenants', opens: hasTenants },
  { path: '/audit', icon: 'audit', label: 'nav.audit', opens: 'audit:ListEvents' },
  { path: '/account', icon: 'account', label: 'nav.account', opens: everybody },
];

function placesOf(who: WhoAmI): Place[] {
  if (who.second_factor_needed) return places.filter(({ opens }) => opens === everybody);
  return places.filter(({ opens }) => (typeof opens === 'string' ? may(who, opens) : opens(who)));
}

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <div className={classes.shell}>
      <button
        type="button"
        className={classes.skip}
        onClick={() => document.getElementById('content')?.focus()}
      >
        {t('nav.skip')}
      </button>
      <header className={classes.head}>
        <div className={classes.bar}>
          <a href="#/" className={classes.brand}>
            <BelfryMark />
            <span>
              <span className={classes.name}>{t('name')}</span>
              <span className={classes.provider}>{who.provider_name}</span>
            </span>
          </a>
          <Places who={who} />
          <div className={classes.tools}>
            <UploadSign />
            <Preferences />
            <Person who={who} />
          </div>
        </div>
        {who.demonstration && <p className={classes.demonstration}>{t('demonstration')}</p>}
      </header>
      <main id="content" tabIndex={-1} className={classes.content}>
        {who.session?.factor === 'recovery_code' && (
          <p className="notice" role="note">
            <Icon name="error" />
            <span>
              {t('account.recovery.used')}{' '}
              <a href="#/account/second-factor">{t('account.second_factor')}</a>
            </span>
          </p>
        )}
        {!who.second_factor_needed && lacksPasskey(who.user) && (
          <p className="notice" role="note">
            <Icon name="account" />
            <span>
              {t('account.passkeys.asked')}{' '}
              <a href="#/account/second-factor">{t('account.passkeys.add')}</a>
            </span>
          </p>
        )}
        {children}
      </main>
    </div>
  );
}

function Places({ who }: { who: WhoAmI }) {
  const { t } = useSpeech();
  const [location] = useLocation();
  return (
    <nav className={classes.nav} aria-label={t('nav.label')}>
      {placesOf(who).map(({ path, icon, label }) => (
        <a
          key={path}
          href={`#${path}`}
          className={classes.place}
          aria-current={location.startsWith(path) ? 'page' : undefined}
        >
          <Icon name={icon} size={19} />
          <span>{t(label)}</span>
        </a>
      ))}
    </nav>
  );
}

function Person({ who }: { who: WhoAmI }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const leaving = useMutation({
    mutationFn: session.signOut,
    onSettled: async () => {
      window.location.hash = '#/';
      await queries.resetQueries();
    },
  });
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <Button
          variant="subtle"
          size="compact-md"
          color="gray"
          className={classes.person ?? ''}
          aria-label={t('person.menu', { name: who.user.name })}
        >
          <span className={classes.initial} aria-hidden="true">
            {who.user.name.slice(0, 1).toUpperCase()}
          </span>
          <span className={classes.personName}>{who.user.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes.whois}>
          <strong>{who.user.name}</strong>
          <span>{t(`role.${who.user.role}`)}</span>
          <span>{who.tenant.name}</span>
        </div>
        <Menu.Divider />
        <Menu.Item component="a" href="#/account" leftSection={<Icon name="account" />}>
          {t('nav.account')}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="next" />} onClick={() => leaving.mutate()}>
          {t('person.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

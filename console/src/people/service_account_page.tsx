import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { KeyList, MadeKey } from '../account/key_list';
import { MadeSecret } from '../account/made_secret';
import { MakeToken, useLifetime } from '../account/make_token';
import { askAgain } from '../api/again';
import { Problem } from '../api/problem';
import { identity, serviceAccounts } from '../api/routes';
import type { ServiceAccount } from '../api/types';
import { Fact } from '../elements/facts';
import { FormDialog } from '../elements/form_dialog';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { PersonField } from './choose_person';
import { ThingName } from './held_panel';
import { PrivilegedMark } from './marks';
import { RightsPanel } from './rights_panel';
import { AccountStatus } from './service_accounts_page';
import { DeleteThing, ThingPage } from './thing_page';
import { Suspension } from './user_page';

export function ServiceAccountPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['service-accounts', id],
    queryFn: async () => {
      const found = (await serviceAccounts.list()).find((account) => account.id === id);
      if (found === undefined) throw new Problem(404, 'console.no_account', '', '');
      return found;
    },
  });
  return (
    <ThingPage
      kind={t('program')}
      at="service-accounts"
      query={query}
      actions={(account) => (
        <>
          <HandOver account={account} />
          <Suspension user={account} />
          <DeleteThing
            at="service-accounts"
            id={account.id}
            right="iam:DeleteUser"
            label={t('programs.delete')}
            ask={t('programs.delete.ask', { name: account.name })}
            remove={() => identity.deleteUser(account.id)}
          />
        </>
      )}
    >
      {(account) => <About account={account} />}
    </ThingPage>
  );
}

function About({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  const who = useWho();
  const answers = account.owner === who.user.id || may(who, 'iam:CreateServiceCredential');
  return (
    <>
      {account.active && !account.owner_active && (
        <p className="notice" role="note">
          <Icon name="error" />
          {t('programs.rests.means', { owner: account.owner_name })}
        </p>
      )}
      <Facts account={account} />
      {may(who, 'iam:GetUser') && <Rights account={account} />}
      {answers && <Keys account={account} />}
      {answers && <Tokens account={account} />}
    </>
  );
}

function Facts({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <Panel>
      <dl className="facts">
        <Fact term={t('user.status')}>
          <AccountStatus account={account} />
        </Fact>
        <Fact term={t('user.role')}>{t(`role.${account.role}`)}</Fact>
        <Fact term={t('programs.owner')}>
          <ThingName
            kind="users"
            id={account.owner}
            name={account.owner_name}
            opens={may(who, 'iam:ListUsers')}
          />
        </Fact>
        <Fact term={t('time.last_used')}>
          <Moment us={account.last_used_us} />
        </Fact>
        <Fact term={t('time.created')}>
          <Moment us={account.created_us} />
        </Fact>
      </dl>
    </Panel>
  );
}

function Rights({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['user', account.id],
    queryFn: () => identity.user(account.id),
  });
  return (
    <Answer query={query}>
      {(user) => (
        <>
          {user.privileged && (
            <p className="notice" role="note">
              <Icon name="error" />
              <span>
                <PrivilegedMark privileged /> {t('programs.privileged')}
              </span>
            </p>
          )}
          <RightsPanel user={user} />
        </>
      )}
    </Answer>
  );
}

// Whoever answers for it makes its keys; who sees keys of others sees them too.
function Keys({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const { field, lifetime } = useLifetime(false);
  const create = useMutation({
    mutationFn: () => serviceAccounts.createKey(account.id, lifetime ?? 0),
    onSuccess: () => askAgain(queries, ['access-keys']),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  }
  return (
    <Panel title={t('account.access_keys')} flush>
      <p className="panel-body soft">{t('programs.keys.means')}</p>
      <form
        className="panel-body row-end"
        aria-label={t('account.access_keys.create')}
        onSubmit={submit}
      >
        {field}
        <Button type="submit" loading={create.isPending}>
          {t('account.access_keys.create')}
        </Button>
      </form>
      <MadeSecret made={create}>{(made) => <MadeKey made={made} />}</MadeSecret>
      {may(who, 'iam:ListAccessKeys') ? (
        <KeyList user={account.id} mayDelete={may(who, 'iam:DeleteAccessKey')} />
      ) : (
        <p className="panel-body soft">{t('programs.keys.unseen')}</p>
      )}
    </Panel>
  );
}

function Tokens({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('account.api_tokens')} flush>
      <p className="panel-body soft">{t('programs.tokens.means')}</p>
      <MakeToken
        make={(label, lifetime) => serviceAccounts.createToken(account.id, label, lifetime ?? 0)}
      />
    </Panel>
  );
}

function HandOver({ account }: { account: ServiceAccount }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [owner, setOwner] = useState('');
  if (!may(who, 'iam:ChangeServiceAccount')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('programs.hand_over')}
      </Button>
      {asking && (
        <FormDialog
          title={t('programs.hand_over')}
          onClose={() => setAsking(false)}
          onSubmit={async () => {
            await serviceAccounts.setOwner(account.id, owner);
            await askAgain(queries, ['service-accounts']);
          }}
        >
          <p>{t('programs.hand_over.ask', { name: account.name })}</p>
          <PersonField
            label={t('programs.owner.new')}
            person={owner}
            except={account.owner}
            onPerson={setOwner}
          />
        </FormDialog>
      )}
    </>
  );
}

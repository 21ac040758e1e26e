import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { access, identity } from '../api/routes';
import type { AskedRight, RequestChoices, Role, User } from '../api/types';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { AskForm } from './ask_form';
import { BackTo } from './people_tabs';

const kinds = ['profile', 'role', 'membership'] as const;
type Kind = (typeof kinds)[number];

function askedOf(kind: Kind, right: string, user: string): AskedRight | null {
  if (right === '') return null;
  if (kind === 'role') return { user, role: right as Role };
  return kind === 'profile' ? { user, profile: right } : { user, group: right };
}

// Asking for a right, for oneself, or for another by whoever looks after people.
export function NewRequestPage() {
  const { t } = useSpeech();
  const who = useWho();
  const choices = useQuery({ queryKey: ['request-choices'], queryFn: access.choices });
  const users = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
    enabled: may(who, 'iam:ListUsers'),
  });
  return (
    <Page
      title={t('requests.create')}
      lead={t('requests.create.lead')}
      above={<BackTo at="requests" />}
    >
      <Panel>
        <Answer query={choices}>
          {(found) => <RequestForm choices={found} users={users.data ?? [who.user]} />}
        </Answer>
      </Panel>
    </Page>
  );
}

function RequestForm({ choices, users }: { choices: RequestChoices; users: User[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const [user, setUser] = useState(who.user.id);
  const [kind, setKind] = useState<Kind>('profile');
  const [right, setRight] = useState('');
  const found = { profile: choices.profiles, role: choices.roles, membership: choices.groups };
  const named = found[kind].map(({ id, name }) => ({
    value: id,
    label: kind === 'role' ? t(`role.${id as Role}`) : name,
  }));
  return (
    <div className="stack">
      {users.length > 1 && (
        <NativeSelect
          className="narrow"
          label={t('request.holder')}
          data={users.map(({ id, name }) => ({ value: id, label: name }))}
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        className="narrow"
        label={t('request.kind')}
        data={kinds.map((each) => ({ value: each, label: t(`request.kind.${each}`) }))}
        value={kind}
        onChange={(event) => {
          setKind(event.currentTarget.value as Kind);
          setRight('');
        }}
      />
      <NativeSelect
        className="narrow"
        label={t('request.right')}
        description={named.length === 0 ? t('request.nothing') : null}
        data={[{ value: '', label: t('request.choose') }, ...named]}
        value={right}
        onChange={(event) => setRight(event.currentTarget.value)}
      />
      <AskForm
        asked={askedOf(kind, right, user)}
        onClose={() => {
          window.location.hash = '#/people/requests';
        }}
      />
    </div>
  );
}

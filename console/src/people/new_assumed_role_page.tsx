import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { roles } from '../api/routes';
import { Page, Panel } from '../elements/page';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { useWho } from '../shell/rights';
import { BackTo } from './people_tabs';
import { faultOfText } from './policy_editor';
import { TrustForm } from './trust_form';

// To begin with: its own organisation, whose users then need the right by a profile.
const trustOf = (account: string) =>
  write({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: account } }],
  });

export function NewAssumedRolePage() {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [text, setText] = useState(() => trustOf(who.tenant.account));
  const [seconds, setSeconds] = useState(3600);
  const create = useMutation({
    mutationFn: () => {
      const fault = faultOfText(text);
      if (fault !== null) throw fault;
      return roles.create(name.trim(), text, seconds * 1e6);
    },
    onSuccess: async (made) => {
      await askAgain(queries, ['assumed-roles']);
      window.location.hash = `#/people/assumed-roles/${made.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  }
  return (
    <Page
      title={t('assumed.create')}
      lead={t('assumed.create.lead')}
      above={<BackTo at="assumed-roles" />}
    >
      <form className="stack" onSubmit={submit}>
        <Panel>
          <div className="stack">
            <TextInput
              className="narrow"
              label={t('assumed.name')}
              description={t('assumed.name.rules')}
              required
              withAsterisk={false}
              maxLength={64}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TrustForm
              text={text}
              onText={setText}
              seconds={seconds}
              onSeconds={setSeconds}
              error={create.error}
            />
          </div>
        </Panel>
        <div className="row">
          <Button type="submit" loading={create.isPending}>
            {t('assumed.create')}
          </Button>
          <Button component="a" href="#/people/assumed-roles" variant="default">
            {t('action.cancel')}
          </Button>
        </div>
      </form>
    </Page>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { asProblem } from '../api/problem';
import { rights } from '../api/routes';
import { Page, Panel } from '../elements/page';
import { useSpeech } from '../language/speech';
import { newGrant, writeParts } from './builder';
import { BackTo } from './people_tabs';
import { faultOfText, PolicyEditor } from './policy_editor';

export function NewProfilePage() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [text, setText] = useState(() => writeParts([{ grant: newGrant(), sid: null }]));
  const create = useMutation({
    mutationFn: () => {
      const fault = faultOfText(text);
      if (fault !== null) throw fault;
      return rights.createProfile(name.trim(), text);
    },
    onSuccess: async (made) => {
      await askAgain(queries, ['profiles']);
      window.location.hash = `#/people/profiles/${made.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  }
  return (
    <Page
      title={t('profiles.create')}
      lead={t('profiles.create.lead')}
      above={<BackTo at="profiles" />}
    >
      <form className="stack" onSubmit={submit}>
        <Panel>
          <TextInput
            className="narrow"
            label={t('profiles.name')}
            description={t('profiles.name.like')}
            required
            withAsterisk={false}
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Panel>
        <Panel title={t('policy')}>
          <PolicyEditor
            text={text}
            onText={(changed) => {
              create.reset();
              setText(changed);
            }}
            problem={create.isError ? asProblem(create.error) : null}
          />
        </Panel>
        <div className="row">
          <Button type="submit" loading={create.isPending}>
            {t('profiles.create')}
          </Button>
          <Button component="a" href="#/people/profiles" variant="default">
            {t('action.cancel')}
          </Button>
        </div>
      </form>
    </Page>
  );
}

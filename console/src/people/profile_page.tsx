import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { asProblem } from '../api/problem';
import { rights } from '../api/routes';
import type { Profile } from '../api/types';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { HoldersPanel } from './holders_panel';
import { faultOfText, PolicyEditor } from './policy_editor';
import { StatementList } from './statement_list';
import { DeleteThing, ReadFirst, ThingPage } from './thing_page';

export function ProfilePage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['profiles', id], queryFn: () => rights.profile(id) });
  return (
    <ThingPage
      kind={t('profile')}
      at="profiles"
      query={query}
      actions={(profile) => (
        <DeleteThing
          at="profiles"
          id={profile.id}
          right="iam:DeleteProfile"
          label={t('profiles.delete')}
          ask={t('profiles.delete.ask', { name: profile.name })}
          remove={() => rights.deleteProfile(profile.id)}
        />
      )}
    >
      {(found) => (
        <>
          {found.privileged && (
            <p className="notice" role="note">
              <Icon name="error" />
              {t('people.privileged.means')}
            </p>
          )}
          <Policy profile={found} />
          <HoldersPanel profile={found} />
        </>
      )}
    </ThingPage>
  );
}

function Policy({ profile }: { profile: Profile }) {
  const { t } = useSpeech();
  return (
    <ReadFirst
      title={(isEditing) => t(isEditing ? 'policy' : 'policy.allows')}
      right="iam:ChangeProfile"
      form={(onDone) => <PolicyForm profile={profile} onDone={onDone} />}
    >
      <StatementList policy={profile.policy} />
      <details>
        <summary>{t('policy.document')}</summary>
        <pre className="code" tabIndex={0} aria-label={t('policy.document')}>
          {write(profile.policy)}
        </pre>
      </details>
    </ReadFirst>
  );
}

function PolicyForm({ profile, onDone }: { profile: Profile; onDone: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [text, setText] = useState(() => write(profile.policy));
  const save = useMutation({
    mutationFn: () => {
      const fault = faultOfText(text);
      if (fault !== null) throw fault;
      return rights.changeProfile(profile.id, text);
    },
    onSuccess: async () => {
      await askAgain(queries, ['profiles']);
      onDone();
    },
  });
  return (
    <div className="stack">
      <PolicyEditor
        text={text}
        onText={(changed) => {
          save.reset();
          setText(changed);
        }}
        problem={save.isError ? asProblem(save.error) : null}
      />
      <div className="row">
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          {t('access.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('action.cancel')}
        </Button>
        <span className="soft">{t('policy.at_once')}</span>
      </div>
    </div>
  );
}

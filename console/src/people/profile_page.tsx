import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { asProblem } from '../api/problem';
import { rights } from '../api/routes';
import type { Profile } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { write } from '../objects/policy';
import { may, useWho } from '../shell/rights';
import { HoldersPanel } from './holders_panel';
import { BackTo } from './people_tabs';
import { faultOfText, PolicyEditor } from './policy_editor';
import { StatementList } from './statement_list';

export function ProfilePage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['profiles', id], queryFn: () => rights.profile(id) });
  const profile = query.data;
  return (
    <Page
      title={profile?.name ?? t('profile')}
      above={<BackTo at="profiles" />}
      actions={profile !== undefined && <DeleteProfile profile={profile} />}
    >
      <Answer query={query}>
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
      </Answer>
    </Page>
  );
}

function DeleteProfile({ profile }: { profile: Profile }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  if (!may(who, 'iam:DeleteProfile')) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('profiles.delete')}
      </Button>
      {asking && (
        <Confirm
          title={t('profiles.delete')}
          action={t('profiles.delete')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await rights.deleteProfile(profile.id);
            window.location.hash = '#/people/profiles';
            queries.removeQueries({ queryKey: ['profiles', profile.id] });
            await askAgain(queries, ['profiles']);
          }}
        >
          {t('profiles.delete.ask', { name: profile.name })}
        </Confirm>
      )}
    </>
  );
}

// Read first, and changed by whoever means to.
function Policy({ profile }: { profile: Profile }) {
  const { t } = useSpeech();
  const who = useWho();
  const [editing, setEditing] = useState(false);
  const edit = may(who, 'iam:ChangeProfile') && !editing && (
    <Button size="sm" variant="default" onClick={() => setEditing(true)}>
      {t('policy.edit')}
    </Button>
  );
  return (
    <Panel title={t(editing ? 'policy' : 'policy.allows')} aside={edit}>
      {editing ? (
        <PolicyForm profile={profile} onDone={() => setEditing(false)} />
      ) : (
        <div className="stack">
          <StatementList policy={profile.policy} />
          <details>
            <summary>{t('policy.document')}</summary>
            <pre className="code" tabIndex={0} aria-label={t('policy.document')}>
              {write(profile.policy)}
            </pre>
          </details>
        </div>
      )}
    </Panel>
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

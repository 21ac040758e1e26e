import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { issuers } from '../api/routes';
import type { Issuer } from '../api/types';
import { Copyable } from '../elements/copyable';
import { Fact } from '../elements/facts';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { IssuerForm } from './issuer_form';
import { changeOf, fieldsOf, isForPeople, isForPrograms, redirectOf } from './issuers';
import { SubjectsPanel } from './subjects_panel';
import { DeleteThing, ReadFirst, ThingPage } from './thing_page';

export function IssuerPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['directories', id],
    queryFn: async () => {
      const found = await issuers.one(id);
      return { ...found, name: found.url };
    },
  });
  return (
    <ThingPage
      kind={t('issuer')}
      at="directories"
      query={query}
      actions={(issuer) => (
        <DeleteThing
          at="directories"
          id={issuer.id}
          right="iam:DeleteIssuer"
          label={t('directories.delete')}
          ask={t(`directories.delete.ask.${issuer.purpose}`, { url: issuer.url })}
          remove={() => issuers.remove(issuer.id)}
        />
      )}
    >
      {(issuer) => (
        <>
          {isForPeople(issuer.purpose) && <SignIn issuer={issuer} />}
          {isForPrograms(issuer.purpose) && <Programs issuer={issuer} />}
          <Settings issuer={issuer} />
          {isForPeople(issuer.purpose) && <SubjectsPanel issuer={issuer} />}
        </>
      )}
    </ThingPage>
  );
}

// How people come in with it, and what its administrators have to be told.
function SignIn({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('directories.how')}>
      <div className="stack">
        {issuer.organisation === null ? (
          <p>{t('directories.nobody.means')}</p>
        ) : (
          <>
            <p>{t('directories.how.means', { organisation: issuer.organisation })}</p>
            <p className="soft">{t('directories.redirect.means')}</p>
            <Copyable label={t('directories.redirect')} value={redirectOf(issuer.organisation)} />
          </>
        )}
      </div>
    </Panel>
  );
}

// How programs assume roles with its tokens.
function Programs({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('directories.programs')}>
      <div className="stack">
        <p>{t('directories.programs.means')}</p>
        <Copyable label={t('directories.arn')} value={issuer.arn} />
      </div>
    </Panel>
  );
}

function Settings({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  return (
    <ReadFirst
      title={() => t('directories.settings')}
      right="iam:ChangeIssuer"
      form={(onDone) => <Change issuer={issuer} onDone={onDone} />}
    >
      <Facts issuer={issuer} />
    </ReadFirst>
  );
}

function Facts({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  return (
    <dl className="facts">
      <Fact term={t('directories.purpose')}>{t(`directories.purpose.${issuer.purpose}`)}</Fact>
      {isForPeople(issuer.purpose) && <PeopleFacts issuer={issuer} />}
      {isForPrograms(issuer.purpose) && (
        <Fact term={t('directories.audiences')}>{issuer.audiences.join(', ') || '–'}</Fact>
      )}
      <Fact term={t('directories.required')}>
        {issuer.required_claim === null ? (
          '–'
        ) : (
          <code>{`${issuer.required_claim}=${issuer.required_value ?? ''}`}</code>
        )}
      </Fact>
    </dl>
  );
}

function PeopleFacts({ issuer }: { issuer: Issuer }) {
  const { t } = useSpeech();
  const yes = (is: boolean) => t(is ? 'directories.yes' : 'directories.no');
  return (
    <>
      <Fact term={t('directory.organisation')}>{issuer.organisation ?? '–'}</Fact>
      <Fact term={t('directories.client')}>{issuer.client_id ?? '–'}</Fact>
      <Fact term={t('directories.secret')}>
        {t(issuer.has_secret ? 'directories.has_secret' : 'directories.has_no_secret')}
      </Fact>
      <Fact term={t('directories.creates_users')}>{yes(issuer.creates_users)}</Fact>
      <Fact term={t('directories.trusts_factors')}>{yes(issuer.trusts_factors)}</Fact>
      <Fact term={t('directories.scopes')}>{['openid', ...issuer.scopes].join(', ')}</Fact>
    </>
  );
}

function Change({ issuer, onDone }: { issuer: Issuer; onDone: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [fields, setFields] = useState(() => fieldsOf(issuer));
  const save = useMutation({
    mutationFn: () => issuers.change(issuer.id, changeOf(fields, issuer.has_secret)),
    onSuccess: async () => {
      await askAgain(queries, ['directories']);
      onDone();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <IssuerForm fields={fields} onFields={setFields} kept={issuer} />
      {save.isError && <Failure error={save.error} />}
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          {t('directories.save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('action.cancel')}
        </Button>
      </div>
    </form>
  );
}

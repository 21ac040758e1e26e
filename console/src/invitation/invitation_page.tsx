import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { invitation as routes, session } from '../api/routes';
import type { OpenInvitation } from '../api/types';
import { LonelyPage } from '../elements/lonely_page';
import { Moment } from '../elements/moment';
import { NewPasswordFields, useNewPassword } from '../elements/new_password';
import { Failure, Loading } from '../elements/states';
import { useSpeech } from '../language/speech';
import { rememberOrganisation, signInName } from '../sign_in/sign_in_name';
import { TermsText } from './terms_text';

// Where the link of an invitation leads: who invites to what, then name and password.
export function InvitationPage({ secret, onIn }: { secret: string; onIn: () => Promise<void> }) {
  const { t } = useSpeech();
  const opened = useQuery({
    queryKey: ['invitation', secret],
    queryFn: () => routes.open(secret),
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <LonelyPage title={t('invitation.title')}>
      {opened.isPending && <Loading rows={3} />}
      {opened.isError && (
        <>
          <Failure error={opened.error} />
          <p>
            <a href="#/">{t('sign_in.title')}</a>
          </p>
        </>
      )}
      {opened.data !== undefined && (
        <AcceptForm secret={secret} invitation={opened.data} onIn={onIn} />
      )}
    </LonelyPage>
  );
}

function AcceptForm({
  secret,
  invitation,
  onIn,
}: {
  secret: string;
  invitation: OpenInvitation;
  onIn: () => Promise<void>;
}) {
  const { t } = useSpeech();
  const [name, setName] = useState(invitation.name);
  const typed = useNewPassword();
  const [agreed, setAgreed] = useState(false);
  const { terms } = invitation;
  const user = signInName(invitation.organisation, name);
  const accept = useMutation({
    mutationFn: async () => {
      await routes.accept({
        secret,
        name,
        password: typed.password,
        ...(terms !== null && { terms_version: terms.version }),
      });
      await session.signIn({ user, password: typed.password });
      rememberOrganisation(user);
    },
    onSuccess: onIn,
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (typed.check() && (terms === null || agreed) && !accept.isPending) accept.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <p>
        {t('invitation.who', {
          by: invitation.invited_by_name,
          tenant: invitation.tenant_name,
          provider: invitation.provider_name,
          email: invitation.email,
        })}
      </p>
      <p>
        {t(`role.${invitation.role}`)} · {t('invitation.until')}{' '}
        <Moment us={invitation.expires_us} />
      </p>
      {invitation.privileged && <p>{t('invitation.factor')}</p>}
      <TextInput
        label={t('user.name')}
        description={t('users.signs_in_as', { name: name === '' ? `${user}…` : user })}
        name="user"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <input type="text" autoComplete="username" value={user} readOnly hidden />
      <NewPasswordFields
        label={t('sign_in.password')}
        description={t('account.password.rules')}
        typed={typed}
      />
      {terms !== null && <TermsText terms={terms} agreed={agreed} onAgreed={setAgreed} />}
      {accept.isError && <Failure error={accept.error} />}
      <div>
        <Button type="submit" loading={accept.isPending} disabled={terms !== null && !agreed}>
          {t('invitation.accept')}
        </Button>
      </div>
    </form>
  );
}

import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { invitations, rights } from '../api/routes';
import type { NewInvitation } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { Choices } from './choices';
import { optionsOf } from './choose';
import { NeedsTwo, RoleField, useRoles } from './create_user';
import { InvitationLink } from './invitations_panel';
import { LanguageField } from './language_field';
import { isAdministrator } from './marks';

// By mail; where none goes out, by a link to hand on.
export function Invite({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const { t } = useSpeech();
  return (
    <Dialog title={t('invitations.invite')} onClose={onClose}>
      <InviteForm tenant={tenant} onClose={onClose} />
    </Dialog>
  );
}

function InviteForm({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const { t, language } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const { first, roles: all } = useRoles(tenant === who.tenant.id);
  // Who looks after a group alone invites nobody to administer.
  const roles = may(who, 'iam:CreateUser') ? all : all.filter((role) => !isAdministrator({ role }));
  const [invited, setInvited] = useState<NewInvitation>({
    email: '',
    name: '',
    role: first,
    language,
  });
  const invite = useMutation({
    // No group and no profile applies to administrators, whatever was ticked before.
    mutationFn: () => {
      const { groups = [], profiles = [], ...rest } = invited;
      return invitations.invite(
        tenant,
        isAdministrator(invited) ? rest : { ...rest, groups, profiles },
      );
    },
    onSuccess: () => askAgain(queries, ['invitations']),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!invite.isPending) invite.mutate();
  }
  if (invite.data !== undefined) {
    return (
      <div className="stack">
        {invite.data.link === null ? (
          <p role="status">{t('invitations.sent', { email: invited.email })}</p>
        ) : (
          <InvitationLink link={invite.data.link} />
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose} autoFocus>
            {t('action.close')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextInput
        label={t('user.email')}
        type="email"
        required
        withAsterisk={false}
        maxLength={254}
        autoComplete="off"
        data-autofocus
        value={invited.email}
        onChange={(event) => setInvited({ ...invited, email: event.currentTarget.value })}
      />
      <TextInput
        label={t('user.name')}
        description={t('invitations.name.means')}
        maxLength={64}
        autoCapitalize="none"
        autoComplete="off"
        spellCheck={false}
        value={invited.name ?? ''}
        onChange={(event) => setInvited({ ...invited, name: event.currentTarget.value })}
      />
      <RoleField
        role={invited.role}
        roles={roles}
        onRole={(role) => setInvited({ ...invited, role })}
      />
      {tenant === who.tenant.id && !isAdministrator(invited) && (
        <Belongings
          invited={invited}
          onInvited={(changed) => setInvited({ ...invited, ...changed })}
        />
      )}
      <LanguageField
        language={invited.language ?? language}
        onLanguage={(spoken) => setInvited({ ...invited, language: spoken })}
      />
      {invite.isError && <Failure error={invite.error} />}
      <NeedsTwo error={invite.error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" loading={invite.isPending}>
          {t('invitations.invite')}
        </Button>
      </div>
    </form>
  );
}

type Ticked = Partial<Pick<NewInvitation, 'groups' | 'profiles'>>;

// What the person joins and holds from the first moment.
function Belongings({
  invited,
  onInvited,
}: {
  invited: NewInvitation;
  onInvited: (changed: Ticked) => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const groups = useQuery({
    queryKey: ['groups'],
    queryFn: rights.groups,
    enabled: may(who, 'iam:ListGroups'),
  });
  const profiles = useQuery({
    queryKey: ['profiles'],
    queryFn: rights.profiles,
    enabled: may(who, 'iam:ListProfiles'),
  });
  return (
    <>
      {groups.data !== undefined && groups.data.length > 0 && (
        <Choices
          legend={t('people.groups')}
          options={optionsOf(groups.data, [])}
          chosen={invited.groups ?? []}
          onChosen={(chosen) => onInvited({ groups: chosen })}
        />
      )}
      {profiles.data !== undefined && profiles.data.length > 0 && (
        <Choices
          legend={t('people.profiles')}
          options={optionsOf(profiles.data, [])}
          chosen={invited.profiles ?? []}
          onChosen={(chosen) => onInvited({ profiles: chosen })}
        />
      )}
    </>
  );
}

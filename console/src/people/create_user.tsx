import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { isRequestNeeded } from '../api/problem';
import { identity, rights } from '../api/routes';
import type { NewUser } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { UserNameField } from './user_name_field';

// A first password is given by hand: whoever gets it changes it at once.
export function CreateUser({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const { t } = useSpeech();
  return (
    <Dialog title={t('users.create')} onClose={onClose}>
      <NewUserForm tenant={tenant} onClose={onClose} />
    </Dialog>
  );
}

// The roles of an organisation, the least first; one below begins with its administrator.
export function useRoles(isOwn: boolean) {
  const query = useQuery({
    queryKey: ['predefined'],
    queryFn: rights.predefined,
    enabled: isOwn,
  });
  const first: NewUser['role'] = isOwn ? 'reader' : 'tenant_administrator';
  const roles = query.data?.items.map(({ role }) => role).reverse();
  return { first, roles: roles ?? (isOwn ? [first] : [first, 'member', 'reader']) };
}

export function RoleField({
  role,
  roles,
  onRole,
}: {
  role: NewUser['role'];
  roles: NewUser['role'][];
  onRole: (role: NewUser['role']) => void;
}) {
  const { t } = useSpeech();
  return (
    <NativeSelect
      label={t('user.role')}
      description={t(`role.${role}.means`)}
      data={roles.map((each) => ({ value: each, label: t(`role.${each}`) }))}
      value={role}
      onChange={(event) => onRole(event.currentTarget.value as NewUser['role'])}
    />
  );
}

// Who is not there yet cannot be asked a role for: it comes with the least, and the rest is asked
// for afterwards.
export function NeedsTwo({ error }: { error: unknown }) {
  const { t } = useSpeech();
  return isRequestNeeded(error) ? <p>{t('users.needs_two')}</p> : null;
}

function NewUserForm({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const { first, roles } = useRoles(tenant === who.tenant.id);
  const [user, setUser] = useState<NewUser>({ name: '', email: '', role: first, password: '' });
  const create = useMutation({
    mutationFn: () => identity.createUser(tenant, user),
    onSuccess: async () => {
      await askAgain(queries, ['users']);
      onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!create.isPending) create.mutate();
  }
  return (
    <form className="stack" onSubmit={submit}>
      <UserNameField name={user.name} onName={(name) => setUser({ ...user, name })} />
      <TextInput
        label={t('user.email')}
        type="email"
        autoComplete="off"
        value={user.email ?? ''}
        onChange={(event) => setUser({ ...user, email: event.currentTarget.value })}
      />
      <RoleField role={user.role} roles={roles} onRole={(role) => setUser({ ...user, role })} />
      <PasswordInput
        label={t('users.password')}
        description={t('users.password.means')}
        required
        withAsterisk={false}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
        value={user.password}
        onChange={(event) => setUser({ ...user, password: event.currentTarget.value })}
      />
      {create.isError && <Failure error={create.error} />}
      <NeedsTwo error={create.error} />
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {t('users.create')}
        </Button>
      </div>
    </form>
  );
}

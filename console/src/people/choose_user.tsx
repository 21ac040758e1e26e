import { useQuery } from '@tanstack/react-query';
import type { ComponentProps } from 'react';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { AwaitingDialog } from '../elements/awaiting_dialog';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { Choose, optionsOf } from './choose';

// One of the own organisation's users that `fits` and is not `taken`.
export function ChooseUser({
  taken,
  fits,
  ...rest
}: Omit<ComponentProps<typeof Choose>, 'label' | 'groups'> & {
  taken: readonly string[];
  fits: (user: User) => boolean;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
  });
  return (
    <AwaitingDialog query={query} title={rest.title} onClose={rest.onClose}>
      {(users) => (
        <Choose
          {...rest}
          label={t('user')}
          groups={[{ name: null, items: optionsOf(users.filter(fits), taken) }]}
        />
      )}
    </AwaitingDialog>
  );
}

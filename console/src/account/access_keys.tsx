import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { Icon } from '../elements/icon';
import { Panel } from '../elements/page';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { KeyList, MadeKey } from './key_list';
import { MadeSecret } from './made_secret';

// One's own, or those of another user; a tenant alone makes those of its users.
export function AccessKeysPanel({ user }: { user?: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const id = user?.id ?? who.user.id;
  const isOwn = id === who.user.id;
  const mayCreate = isOwn || (may(who, 'iam:CreateAccessKey') && user?.tenant === who.tenant.id);
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: () => identity.createAccessKey(id),
    onSuccess: () => askAgain(queries, ['access-keys']),
  });
  return (
    <Panel
      title={t('account.access_keys')}
      flush
      aside={
        mayCreate && (
          <Button
            size="sm"
            leftSection={<Icon name="plus" />}
            loading={create.isPending}
            onClick={() => create.mutate()}
          >
            {t('account.access_keys.create')}
          </Button>
        )
      }
    >
      <p className="panel-body soft">
        {t(isOwn ? 'account.access_keys.means' : 'user.access_keys.means')}
      </p>
      <MadeSecret made={create}>{(made) => <MadeKey made={made} />}</MadeSecret>
      <KeyList user={id} mayDelete={isOwn || may(who, 'iam:DeleteAccessKey')} />
    </Panel>
  );
}

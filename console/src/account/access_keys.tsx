import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { User } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Copyable } from '../elements/copyable';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { MadeSecret } from './made_secret';

// One's own, or those of another user; a tenant alone makes those of its users.
export function AccessKeysPanel({ user }: { user?: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const id = user?.id ?? who.user.id;
  const isOwn = id === who.user.id;
  const mayCreate = isOwn || (may(who, 'iam:CreateAccessKey') && user?.tenant === who.tenant.id);
  const mayDelete = isOwn || may(who, 'iam:DeleteAccessKey');
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<string | null>(null);
  const again = () => askAgain(queries, ['access-keys']);
  const query = useQuery({
    queryKey: ['access-keys', id],
    queryFn: () => identity.accessKeys(id),
  });
  const create = useMutation({
    mutationFn: () => identity.createAccessKey(id),
    onSuccess: again,
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
      <MadeSecret made={create}>
        {(made) => (
          <>
            <Copyable label={t('account.access_keys.id')} value={made.access_key.id} />
            <Copyable label={t('account.access_keys.secret')} value={made.secret} />
          </>
        )}
      </MadeSecret>
      <Answer query={query}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon="account" title={t('account.access_keys.none')} />
          ) : (
            <Table
              columns={[t('account.access_keys.id'), t('time.created'), t('time.last_used')]}
              acts={mayDelete}
              label={t('account.access_keys')}
            >
              {keys.map((key) => (
                <tr key={key.id}>
                  <th scope="row" className="mono">
                    {key.id}
                  </th>
                  <td>
                    <Moment us={key.created_us} />
                  </td>
                  <td>
                    <Moment us={key.last_used_us} />
                  </td>
                  {mayDelete && (
                    <td className="numeric">
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={t('account.delete.of', { name: key.id })}
                        onClick={() => setDoomed(key.id)}
                      >
                        {t('action.delete')}
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </Table>
          )
        }
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('account.access_keys.delete')}
          action={t('action.delete')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await identity.deleteAccessKey(doomed);
            await again();
          }}
        >
          <p>{t('account.access_keys.delete.ask')}</p>
          <p className="mono">{doomed}</p>
        </Confirm>
      )}
    </Panel>
  );
}

import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { NewAccessKey } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Copyable } from '../elements/copyable';
import { Moment } from '../elements/moment';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';

// The two parts of a key that was just made.
export function MadeKey({ made }: { made: NewAccessKey }) {
  const { t } = useSpeech();
  return (
    <>
      <Copyable label={t('account.access_keys.id')} value={made.access_key.id} />
      <Copyable label={t('account.access_keys.secret')} value={made.secret} />
    </>
  );
}

// The access keys of a user or a program.
export function KeyList({ user, mayDelete }: { user: string; mayDelete: boolean }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<string | null>(null);
  const query = useQuery({
    queryKey: ['access-keys', user],
    queryFn: () => identity.accessKeys(user),
  });
  return (
    <>
      <Answer query={query}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty icon="account" title={t('account.access_keys.none')} />
          ) : (
            <Table
              columns={[
                t('account.access_keys.id'),
                t('time.created'),
                t('time.last_used'),
                t('time.expires'),
              ]}
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
                  <td>
                    <Moment us={key.expires_us} never={t('time.never_expires')} />
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
            await askAgain(queries, ['access-keys']);
          }}
        >
          <p>{t('account.access_keys.delete.ask')}</p>
          <p className="mono">{doomed}</p>
        </Confirm>
      )}
    </>
  );
}

import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { ApiToken } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { MakeToken } from './make_token';

export function ApiTokensPanel() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<ApiToken | null>(null);
  const again = () => askAgain(queries, ['api-tokens']);
  const query = useQuery({ queryKey: ['api-tokens'], queryFn: identity.apiTokens });
  return (
    <Panel title={t('account.api_tokens')} flush>
      <p className="panel-body soft">{t('account.api_tokens.means')}</p>
      <MakeToken
        mayLast
        make={async (label, lifetime) => {
          const made = await identity.createApiToken(label, lifetime);
          await again();
          return made;
        }}
      />
      <Answer query={query}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty icon="account" title={t('account.api_tokens.none')} />
          ) : (
            <TokenTable tokens={tokens} onDelete={setDoomed} />
          )
        }
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('account.api_tokens.delete')}
          action={t('action.delete')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await identity.deleteApiToken(doomed.id);
            await again();
          }}
        >
          {t('account.api_tokens.delete.ask', { label: doomed.label })}
        </Confirm>
      )}
    </Panel>
  );
}

function TokenTable({
  tokens,
  onDelete,
}: {
  tokens: ApiToken[];
  onDelete: (token: ApiToken) => void;
}) {
  const { t } = useSpeech();
  return (
    <Table columns={[t('account.api_tokens.label'), t('time.created'), t('time.expires')]} acts>
      {tokens.map((token) => (
        <tr key={token.id}>
          <th scope="row" className="disk-cell">
            <span className="row">
              {token.label}
              {token.second_factor && <span className="tag">{t('account.second_factor')}</span>}
            </span>
          </th>
          <td>
            <Moment us={token.created_us} />
          </td>
          <td>
            <Moment us={token.expires_us} never={t('time.never_expires')} />
          </td>
          <td className="numeric">
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('account.delete.of', { name: token.label })}
              onClick={() => onDelete(token)}
            >
              {t('action.delete')}
            </Button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

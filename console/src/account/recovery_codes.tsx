import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { session } from '../api/routes';
import { Confirm } from '../elements/confirm';
import { Copyable } from '../elements/copyable';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';

// For whoever lost every factor. `fresh` are those just made: shown until one leaves the page.
export function RecoveryCodesPanel({
  fresh,
  onFresh,
}: {
  fresh: readonly string[];
  onFresh: (codes: readonly string[]) => void;
}) {
  const { t, count } = useSpeech();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const query = useQuery({ queryKey: ['factors'], queryFn: session.factors });
  return (
    <Panel
      title={t('account.recovery')}
      flush
      aside={
        <Button size="sm" variant="default" onClick={() => setAsking(true)}>
          {t('account.recovery.make')}
        </Button>
      }
    >
      <p className="panel-body soft">{t('account.recovery.means')}</p>
      {fresh.length > 0 && (
        <div className="panel-body once" role="status">
          <p>
            <strong>{t('account.recovery.once')}</strong>
          </p>
          <Copyable label={t('account.recovery')} value={fresh.join('\n')} />
        </div>
      )}
      <Answer query={query}>
        {(list) => (
          <p className="panel-body">{count('account.recovery.left', list.recovery_codes_left)}</p>
        )}
      </Answer>
      {asking && (
        <Confirm
          title={t('account.recovery.make')}
          action={t('account.recovery.make')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            onFresh((await session.makeRecoveryCodes()).recovery_codes);
            await askAgain(queries, ['factors']);
          }}
        >
          {t('account.recovery.make.ask')}
        </Confirm>
      )}
    </Panel>
  );
}

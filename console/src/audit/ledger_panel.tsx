import { useQuery } from '@tanstack/react-query';
import { audit } from '../api/routes';
import { Copyable } from '../elements/copyable';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';

// What makes the log one that nobody can rewrite: its signed checkpoint, and the key to check it.
export function LedgerPanel() {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['checkpoint'],
    queryFn: async () => {
      const [checkpoint, key] = await Promise.all([audit.checkpoint(), audit.verifierKey()]);
      return { checkpoint, key };
    },
  });
  return (
    <Panel title={t('ledger.title')} flush>
      <Answer query={query}>
        {({ checkpoint, key }) => (
          <div className="panel-body stack">
            <p className="soft">{t('ledger.means')}</p>
            <h3>{t('ledger.checkpoint')}</h3>
            <Copyable label={t('ledger.checkpoint')} value={checkpoint.note} />
            <h3>{t('ledger.key')}</h3>
            <Copyable label={t('ledger.key')} value={key.verifier_key} />
          </div>
        )}
      </Answer>
    </Panel>
  );
}

import type { AuditEvent } from '../api/types';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';

export function Outcome({ event }: { event: AuditEvent }) {
  const { t } = useSpeech();
  const sign = event.outcome === 'success' ? 'pass' : 'fail';
  return (
    <span className="chip" data-tone={sign}>
      <Icon name={sign} size={13} />
      {t(`outcome.${event.outcome}`)}
    </span>
  );
}

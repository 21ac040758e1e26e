import { Button, CopyButton } from '@mantine/core';
import { useSpeech } from '../language/speech';

// Text to take away: shown whole, copied with one press.
export function Copyable({ value, label }: { value: string; label: string }) {
  const { t } = useSpeech();
  return (
    <div className="copyable">
      <pre className="code" tabIndex={0} aria-label={label}>
        {value}
      </pre>
      <CopyButton value={value} timeout={2000}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            onClick={copy}
            aria-label={`${t('action.copy')}: ${label}`}
          >
            <span aria-live="polite">{copied ? t('action.copied') : t('action.copy')}</span>
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { audit, type AuditFilter } from '../api/routes';
import type { AuditPage } from '../api/types';
import { Icon } from '../elements/icon';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';

// What a browser should hold at once; beyond, `belfry audit` writes to a file as it reads.
const eventsMax = 20_000;

async function collect(filter: AuditFilter): Promise<void> {
  const lines: string[] = [];
  let cursor: string | null = null;
  do {
    const page: AuditPage = await audit.events(filter, cursor, 1000);
    lines.push(...page.items.map((event) => JSON.stringify(event.ocsf)));
    cursor = page.next_cursor;
  } while (cursor !== null && lines.length < eventsMax);
  const address = URL.createObjectURL(
    new Blob(
      lines.map((line) => `${line}\n`),
      { type: 'application/jsonl' },
    ),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = `belfry-audit-${new Date().toISOString().slice(0, 10)}.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export function ExportButton({ filter }: { filter: AuditFilter }) {
  const { t } = useSpeech();
  const collecting = useMutation({ mutationFn: () => collect(filter) });
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="download" />}
        loading={collecting.isPending}
        onClick={() => collecting.mutate()}
      >
        {t('audit.export')}
      </Button>
      {collecting.isError && <Failure error={collecting.error} />}
    </>
  );
}

import { Button, Checkbox } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity, objects } from '../api/routes';
import type { BucketPublicAccess, PublicAccessBlock } from '../api/types';
import { Chip } from '../elements/chip';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';

const settings = [
  'block_public_policy',
  'restrict_public_buckets',
  'block_public_acls',
  'ignore_public_acls',
] as const;

// Everybody can come in: the mark of such a bucket wherever it is named.
export function OpenMark() {
  const { t } = useSpeech();
  return (
    <Chip icon="error" tone="fail">
      {t('public.open')}
    </Chip>
  );
}

// What a bucket keeps from the public, and what its organisation does besides.
export function BucketPublicAccessPanel({ bucket }: { bucket: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['public-access', bucket],
    queryFn: () => objects.publicAccess(bucket),
  });
  return (
    <Panel title={t('public.title')}>
      <Answer query={query}>
        {(found) => (
          <div className="stack">
            <Standing found={found} />
            <p className="soft">{t('public.lead')}</p>
            <Settings
              block={found.bucket}
              above={found.tenant}
              mayChange={may(who, 's3:PutBucketPublicAccessBlock')}
              onSave={async (block) => {
                await objects.setPublicAccess(bucket, block);
                await askAgain(queries, ['public-access', bucket]);
                await askAgain(queries, ['buckets']);
              }}
            />
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function Standing({ found }: { found: BucketPublicAccess }) {
  const { t } = useSpeech();
  const standing = found.is_open ? 'open' : found.policy_is_public ? 'kept' : 'closed';
  return (
    <p className="row">
      {found.is_open ? (
        <OpenMark />
      ) : (
        <Chip icon="pass" tone="pass">
          {t('public.closed')}
        </Chip>
      )}
      {t(`public.${standing}.means`)}
    </p>
  );
}

// What the organisation keeps from the public in all its buckets.
export function PublicAccessPanel() {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ['public-access'], queryFn: identity.publicAccess });
  return (
    <Panel title={t('public.of_tenant')}>
      <Answer query={query}>
        {(block) => (
          <div className="stack">
            <p className="soft">{t('public.of_tenant.lead')}</p>
            <Settings
              block={block}
              mayChange={may(who, 'iam:SetPublicAccess')}
              onSave={async (changed) => {
                await identity.setPublicAccess(changed);
                await askAgain(queries, ['public-access']);
                await askAgain(queries, ['buckets']);
              }}
            />
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function Settings({
  block,
  above,
  mayChange,
  onSave,
}: {
  block: PublicAccessBlock;
  above?: PublicAccessBlock;
  mayChange: boolean;
  onSave: (block: PublicAccessBlock) => Promise<void>;
}) {
  const { t } = useSpeech();
  const [draft, setDraft] = useState<PublicAccessBlock | null>(null);
  const [asking, setAsking] = useState(false);
  const shown = draft ?? block;
  const lifted = settings.some((name) => block[name] && !shown[name]);
  return (
    <>
      {settings.map((name) => (
        <div key={name}>
          <Checkbox
            label={t(`public.setting.${name}`)}
            description={t(`public.setting.${name}.means`)}
            checked={shown[name]}
            disabled={!mayChange}
            onChange={(event) => setDraft({ ...shown, [name]: event.currentTarget.checked })}
          />
          {above?.[name] === true && !shown[name] && (
            <p className="row soft">
              <Icon name="pass" size={14} /> {t('public.of_tenant.counts')}
            </p>
          )}
        </div>
      ))}
      {mayChange && (
        <div className="row">
          <Button disabled={draft === null} onClick={() => setAsking(true)}>
            {t('public.save')}
          </Button>
        </div>
      )}
      {asking && (
        <Confirm
          title={t('public.save')}
          action={t(lifted ? 'public.save.lift' : 'public.save')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await onSave(shown);
            setDraft(null);
          }}
        >
          <p>{t(lifted ? 'public.save.lift.ask' : 'public.save.ask')}</p>
        </Confirm>
      )}
    </>
  );
}

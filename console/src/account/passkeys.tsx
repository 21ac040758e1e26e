import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { makePasskey } from '../api/passkey';
import { session } from '../api/routes';
import type { Factor } from '../api/types';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';

type OnFirst = (recoveryCodes: readonly string[]) => void;

export function PasskeysPanel({ onFirst }: { onFirst: OnFirst }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [doomed, setDoomed] = useState<Factor | null>(null);
  const query = useQuery({ queryKey: ['factors'], queryFn: session.factors });
  const again = async () => {
    await askAgain(queries, ['factors']);
    await askAgain(queries, ['session']);
  };
  return (
    <Panel title={t('account.passkeys')} flush>
      <p className="panel-body soft">{t('account.passkeys.means')}</p>
      <AddPasskey
        onAdded={async (codes) => {
          onFirst(codes);
          await again();
        }}
      />
      <Answer query={query}>
        {({ factors }) => {
          const passkeys = factors.filter(({ kind }) => kind === 'passkey');
          return passkeys.length === 0 ? (
            <Empty icon="account" title={t('account.passkeys.none')} />
          ) : (
            <PasskeyTable passkeys={passkeys} onRemove={setDoomed} />
          );
        }}
      </Answer>
      {doomed !== null && (
        <Confirm
          title={t('account.passkeys.remove')}
          action={t('action.remove')}
          onClose={() => setDoomed(null)}
          onConfirm={async () => {
            await session.removeFactor(doomed.id);
            await again();
          }}
        >
          {t('account.passkeys.remove.ask', { label: doomed.label ?? '' })}
        </Confirm>
      )}
    </Panel>
  );
}

function AddPasskey({
  onAdded,
}: {
  onAdded: (recoveryCodes: readonly string[]) => Promise<unknown>;
}) {
  const { t } = useSpeech();
  const [label, setLabel] = useState('');
  const add = useMutation({
    mutationFn: async () =>
      session.addPasskey({
        label: label.trim(),
        credential: await makePasskey(await session.passkeyCreation()),
      }),
    onSuccess: async (added) => {
      setLabel('');
      await onAdded(added.recovery_codes);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (label.trim() !== '' && !add.isPending) add.mutate();
  }
  return (
    <form className="panel-body" onSubmit={submit}>
      <div className="row-end">
        <TextInput
          label={t('account.passkeys.label')}
          placeholder={t('account.passkeys.label.like')}
          required
          withAsterisk={false}
          maxLength={100}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Button type="submit" loading={add.isPending} leftSection={<Icon name="plus" />}>
          {t('account.passkeys.add')}
        </Button>
      </div>
      {add.isError && <Failure error={add.error} />}
    </form>
  );
}

function PasskeyTable({
  passkeys,
  onRemove,
}: {
  passkeys: Factor[];
  onRemove: (passkey: Factor) => void;
}) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('account.passkeys.label'),
        t('account.passkeys.site'),
        t('time.created'),
        t('time.last_used'),
      ]}
      acts
      label={t('account.passkeys')}
    >
      {passkeys.map((passkey) => (
        <tr key={passkey.id}>
          <th scope="row" className="disk-cell">
            <span className="row">
              {passkey.label}
              {passkey.alone_suffices && (
                <span className="tag">{t('account.passkeys.alone_suffices')}</span>
              )}
              {passkey.backed_up && <span className="tag">{t('account.passkeys.backed_up')}</span>}
            </span>
          </th>
          <td className="mono">{passkey.site}</td>
          <td>
            <Moment us={passkey.created_us} />
          </td>
          <td>
            <Moment us={passkey.last_used_us} />
          </td>
          <td className="numeric">
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t('account.remove.of', { name: passkey.label ?? '' })}
              onClick={() => onRemove(passkey)}
            >
              {t('action.remove')}
            </Button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

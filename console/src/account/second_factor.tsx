import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { session } from '../api/routes';
import type { TotpSeed } from '../api/types';
import { CodeField } from '../elements/code_field';
import { Confirm } from '../elements/confirm';
import { Icon } from '../elements/icon';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { qrPath } from './qr';

type OnFirst = (recoveryCodes: readonly string[]) => void;

export function SecondFactorPanel({ onFirst }: { onFirst: OnFirst }) {
  const { t } = useSpeech();
  const who = useWho();
  const begin = useMutation({ mutationFn: session.beginTotp });
  const has = who.user.has_totp;
  return (
    <Panel title={t('account.totp')}>
      <div className="stack">
        <p className="row">
          <span className="chip" data-tone={has ? 'pass' : 'stale'}>
            <Icon name={has ? 'pass' : 'no_data'} size={14} />
            {t(has ? 'account.totp.on' : 'account.totp.off')}
          </span>
        </p>
        <p className="soft">{t('account.totp.means')}</p>
        {begin.isError && <Failure error={begin.error} />}
        {begin.data === undefined ? (
          <div className="row">
            <Button loading={begin.isPending} onClick={() => begin.mutate()}>
              {t(has ? 'account.totp.replace' : 'account.totp.begin')}
            </Button>
            {has && <RemoveTotp />}
          </div>
        ) : (
          <Enrolment seed={begin.data} onFirst={onFirst} onDone={begin.reset} />
        )}
      </div>
    </Panel>
  );
}

function RemoveTotp() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const query = useQuery({ queryKey: ['factors'], queryFn: session.factors });
  const totp = query.data?.factors.find(({ kind }) => kind === 'totp');
  if (totp === undefined) return null;
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('account.totp.remove')}
      </Button>
      {asking && (
        <Confirm
          title={t('account.totp.remove')}
          action={t('action.remove')}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await session.removeFactor(totp.id);
            await askAgain(queries, ['factors']);
            await askAgain(queries, ['session']);
          }}
        >
          {t('account.totp.remove.ask')}
        </Confirm>
      )}
    </>
  );
}

function Enrolment({
  seed,
  onFirst,
  onDone,
}: {
  seed: TotpSeed;
  onFirst: OnFirst;
  onDone: () => void;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const qr = useMemo(() => qrPath(seed.uri), [seed.uri]);
  const confirm = useMutation({
    mutationFn: () => session.confirmTotp(code),
    onSuccess: async ({ recovery_codes }) => {
      onFirst(recovery_codes);
      await askAgain(queries, ['factors']);
      await queries.invalidateQueries({ queryKey: ['session'] });
      onDone();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    confirm.mutate();
  }
  return (
    <div className="enrolment">
      <svg
        viewBox={`0 0 ${String(qr.size)} ${String(qr.size)}`}
        className="qr"
        role="img"
        aria-label={t('account.totp.qr')}
        shapeRendering="crispEdges"
      >
        <rect width={qr.size} height={qr.size} fill="#fff" />
        <path d={qr.path} fill="#000" />
      </svg>
      <form className="stack" onSubmit={submit}>
        <p>{t('account.totp.scan')}</p>
        <p>
          <span className="soft">{t('account.totp.secret')}</span>
          <br />
          <span className="mono wrap-anywhere" data-totp-secret>
            {seed.secret.replace(/(.{4})(?=.)/g, '$1 ')}
          </span>
        </p>
        <CodeField value={code} onValue={setCode} />
        {confirm.isError && <Failure error={confirm.error} />}
        <div className="row">
          <Button type="submit" loading={confirm.isPending}>
            {t('account.totp.confirm')}
          </Button>
          <Button variant="default" onClick={onDone}>
            {t('action.cancel')}
          </Button>
        </div>
        {who.second_factor_needed && <p className="soft">{t('account.totp.sign_in_again')}</p>}
      </form>
    </div>
  );
}

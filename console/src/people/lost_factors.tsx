import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { factorResets } from '../api/routes';
import type { FactorReset, User } from '../api/types';
import { AskingButton } from '../elements/asking_button';
import { Chip, type Tone } from '../elements/chip';
import type { IconName } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { ReasonDialog } from '../elements/reason_dialog';
import { Answer } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ThingName } from './held_panel';
import { LanguageField } from './language_field';
import { isPerson } from './marks';

type State = FactorReset['state'];

const signs: Readonly<Record<State, { icon: IconName; tone: Tone }>> = {
  asked: { icon: 'stale', tone: 'stale' },
  approved: { icon: 'error', tone: 'error' },
  done: { icon: 'pass', tone: 'accent' },
  cancelled: { icon: 'no_data', tone: 'unknown' },
  lapsed: { icon: 'no_data', tone: 'unknown' },
};

// How long one waits for its approval.
const pendingUs = 3 * 86_400_000_000;

const isOpen = ({ state }: FactorReset) => state === 'asked' || state === 'approved';

function useResets(tenant: string) {
  const who = useWho();
  return useQuery({
    queryKey: ['factor-resets', tenant],
    queryFn: () => factorResets.list(tenant),
    enabled: may(who, 'iam:ListFactorResets'),
  });
}

// What is under way in an organisation.
export function LostFactorsPanel({ tenant }: { tenant: string }) {
  const { t } = useSpeech();
  const query = useResets(tenant);
  const open = query.data?.filter(isOpen) ?? [];
  if (query.error === null && open.length === 0) return null;
  return (
    <Panel title={t('factors.title')} flush>
      <Answer query={query}>{() => <ResetTable resets={open} named />}</Answer>
    </Panel>
  );
}

// Of one user: what is under way, what was, and asking for it.
export function LostFactorPanel({ user }: { user: User }) {
  const { t } = useSpeech();
  const who = useWho();
  const [asking, setAsking] = useState(false);
  const query = useResets(user.tenant);
  const resets = query.data?.filter((each) => each.user === user.id) ?? [];
  const mayAsk =
    may(who, 'iam:AskForFactorReset') &&
    user.id !== who.user.id &&
    isPerson(user) &&
    (user.has_totp || user.passkeys > 0) &&
    !resets.some(isOpen);
  if (!may(who, 'iam:ListFactorResets') || (!mayAsk && resets.length === 0)) return null;
  return (
    <Panel
      title={t('factors.title')}
      flush
      aside={
        mayAsk && (
          <Button size="sm" variant="default" onClick={() => setAsking(true)}>
            {t('factors.ask')}
          </Button>
        )
      }
    >
      <p className="panel-body soft">{t('factors.means')}</p>
      <Answer query={query}>
        {() => (resets.length === 0 ? null : <ResetTable resets={resets.toReversed()} />)}
      </Answer>
      {asking && <AskForReset user={user} onClose={() => setAsking(false)} />}
    </Panel>
  );
}

function ResetTable({ resets, named = false }: { resets: FactorReset[]; named?: boolean }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        ...(named ? [t('user')] : []),
        t('request.state'),
        t('request.reason'),
        t('request.asked_by'),
        t('factors.approved_by'),
      ]}
      acts
      label={t('factors.title')}
    >
      {resets.map((reset) => (
        <tr key={reset.id}>
          {named && (
            <th scope="row" className="disk-cell">
              <ThingName kind="users" id={reset.user} name={reset.user_name} />
            </th>
          )}
          <td>
            <ResetState reset={reset} />
          </td>
          <td className="wrap-anywhere">{reset.reason}</td>
          <td>
            {reset.asked_by_name}, <Moment us={reset.asked_us} />
          </td>
          <td>{reset.approved_by_name ?? '–'}</td>
          <td>
            <Decision reset={reset} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

// How long it waits still: for the second administrator, and then for the day to pass.
function ResetState({ reset }: { reset: FactorReset }) {
  const { t } = useSpeech();
  return (
    <>
      <Chip {...signs[reset.state]}>{t(`factors.state.${reset.state}`)}</Chip>{' '}
      {reset.state === 'asked' && (
        <span className="soft">
          {t('factors.lapses')} <Moment us={reset.asked_us + pendingUs} />
        </span>
      )}
      {reset.state === 'approved' && (
        <span className="soft">
          {t('factors.effective')} <Moment us={reset.effective_us} />
        </span>
      )}
    </>
  );
}

function Decision({ reset }: { reset: FactorReset }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const again = () => askAgain(queries, ['factor-resets']);
  if (!isOpen(reset)) return null;
  const name = reset.user_name;
  const isApart = reset.asked_by !== who.user.id && reset.user !== who.user.id;
  return (
    <span className="row row-actions">
      {reset.state === 'asked' && isApart && may(who, 'iam:ApproveFactorReset') && (
        <AskingButton
          size="compact-sm"
          label={t('request.approve')}
          name={t('factors.approve.of', { name })}
          ask={t('factors.approve.ask', { name })}
          run={async () => {
            await factorResets.approve(reset.id);
            await again();
          }}
        />
      )}
      {may(who, 'iam:CancelFactorReset') && (
        <AskingButton
          size="compact-sm"
          label={t(isApart && reset.state === 'asked' ? 'request.refuse' : 'factors.cancel')}
          name={t('factors.cancel.of', { name })}
          ask={t('factors.cancel.ask', { name })}
          run={async () => {
            await factorResets.cancel(reset.id);
            await again();
          }}
        />
      )}
    </span>
  );
}

function AskForReset({ user, onClose }: { user: User; onClose: () => void }) {
  const { t, language } = useSpeech();
  const queries = useQueryClient();
  const [spoken, setSpoken] = useState(language);
  return (
    <ReasonDialog
      title={t('factors.ask')}
      label={t('request.reason')}
      description={t('factors.reason.what')}
      required
      onReason={async (reason) => {
        await factorResets.ask(user.id, { reason, language: spoken });
        await askAgain(queries, ['factor-resets']);
      }}
      onClose={onClose}
    >
      <p>{t('factors.ask.means', { name: user.name })}</p>
      <LanguageField language={spoken} onLanguage={setSpoken} />
    </ReasonDialog>
  );
}

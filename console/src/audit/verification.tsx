import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { asProblem } from '../api/problem';
import { audit } from '../api/routes';
import type { AuditEvent } from '../api/types';
import { openEvents } from '../annex/leaf';
import { toHex } from '../annex/merkle';
import { Icon } from '../elements/icon';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { saysTheSame, verdictOf, type Verified } from './agreement';
import classes from './audit.module.css';
import { checkInclusion } from './inclusion';

async function verify(event: AuditEvent): Promise<Verified> {
  const [checkpoint, key] = await Promise.all([audit.checkpoint(), audit.verifierKey()]);
  const found = await checkInclusion(event.index, checkpoint.note, key.verifier_key);
  const outcome: Verified = { ...found, opened: false, agrees: false };
  if (found.leaf === null) return outcome;
  let keys;
  try {
    keys = await audit.keys();
  } catch (thrown) {
    if (asProblem(thrown).status !== 403) throw thrown;
    return { ...outcome, opened: null };
  }
  const parts = await openEvents(found.leaf, keys.month_keys);
  outcome.opened = parts !== null;
  outcome.agrees = saysTheSame(parts?.[event.part], event);
  return outcome;
}

// What the ledger proves of one event, checked in this browser, a sentence a step.
export function Verification({ event }: { event: AuditEvent }) {
  const { t } = useSpeech();
  const check = useMutation({ mutationFn: () => verify(event) });
  return (
    <section className={classes.verification} aria-label={t('verify.title')}>
      <div className="spread">
        <div>
          <h3>{t('verify.title')}</h3>
          <p className="soft">{t('verify.means')}</p>
        </div>
        <Button
          leftSection={<Icon name="seal" />}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {t('verify.do')}
        </Button>
      </div>
      {check.isError && <Failure error={check.error} />}
      <div role="status">{check.isSuccess && <Steps event={event} found={check.data} />}</div>
    </section>
  );
}

const outcomes = { pass: 'pass', unknown: 'no_data', fail: 'fail' } as const;

function Steps({ event, found }: { event: AuditEvent; found: Verified }) {
  const { t, number } = useSpeech();
  const verdict = verdictOf(found);
  const index = number(event.index);
  return (
    <>
      <p className={classes.verdict} data-outcome={outcomes[verdict]}>
        <Icon name={outcomes[verdict]} size={18} />
        {t(`verify.verdict.${verdict}`)}
      </p>
      <ol className={classes.steps}>
        <Step
          good={found.note !== null}
          title={t('verify.checkpoint')}
          octets={found.note === null ? '' : toHex(found.note.root)}
        >
          {t(found.note === null ? 'verify.checkpoint.bad' : 'verify.checkpoint.good', {
            size: number(found.note?.size ?? 0),
          })}
        </Step>
        <Step good={found.signature} title={t('verify.signature')}>
          {t(
            found.signature === null
              ? 'evidence.signature_unknown'
              : found.signature
                ? 'verify.signature.good'
                : 'evidence.not_signed',
            { name: found.note?.signatures[0]?.name ?? '' },
          )}
        </Step>
        <Step good={found.leaf !== null} title={t('verify.leaf')} octets={found.hash}>
          {t(found.leaf === null ? 'verify.leaf.bad' : 'verify.leaf.good', {
            index,
            octets: number(found.leaf?.length ?? 0),
          })}
        </Step>
        <Step good={found.included} title={t('verify.path')} octets={found.computed}>
          {t(found.included ? 'verify.path.good' : 'verify.path.bad', {
            index,
            hashes: number(found.path),
          })}
        </Step>
        <Step
          good={found.opened === null ? null : found.opened && found.agrees}
          title={t('verify.content')}
        >
          {t(
            found.opened === null
              ? 'verify.content.unknown'
              : !found.opened
                ? 'verify.content.closed'
                : found.agrees
                  ? 'verify.content.good'
                  : 'verify.content.bad',
          )}
        </Step>
      </ol>
    </>
  );
}

function Step({
  good,
  title,
  octets = '',
  children,
}: {
  good: boolean | null;
  title: string;
  octets?: string;
  children: React.ReactNode;
}) {
  const name = good === true ? 'pass' : good === null ? 'no_data' : 'fail';
  return (
    <li data-outcome={name}>
      <span className={classes.stepSign}>
        <Icon name={name} size={14} />
      </span>
      <div>
        <p className={classes.stepTitle}>{title}</p>
        <p>{children}</p>
        {octets !== '' && <p className="mono soft wrap-anywhere">{octets}</p>}
      </div>
    </li>
  );
}

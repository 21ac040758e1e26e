import type { ReactNode } from 'react';
import type { AccessReason, ActReach, RoleReach, RoleWay } from '../api/types';
import { Icon } from '../elements/icon';
import { hasMessage } from '../language/message';
import { useSpeech } from '../language/speech';
import classes from './people.module.css';

// What somebody may do to something, and by which statements.
export function Acts({ acts }: { acts: readonly ActReach[] }) {
  const { t } = useSpeech();
  return (
    <dl className={classes.told}>
      {acts.map((each) => (
        <div key={each.act}>
          <dt>
            {t(`reach.act.${each.act}`)}
            <br />
            <Certainty certainty={each.certainty} />
            {each.needs_second_factor && (
              <>
                <br />
                <span className="tag">{t('reach.with_factor')}</span>
              </>
            )}
          </dt>
          <dd>
            <Reasons reasons={each.reasons} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Certainty({ certainty }: { certainty: ActReach['certainty'] }) {
  const { t } = useSpeech();
  return (
    <span className="chip" data-tone={certainty === 'always' ? 'accent' : 'unknown'}>
      {t(`reach.certainty.${certainty}`)}
    </span>
  );
}

export function Reasons({ reasons }: { reasons: readonly AccessReason[] }) {
  return (
    <ul className={classes.reasons}>
      {reasons.map((each, at) => (
        <li key={at}>
          <Reason reason={each} />
        </li>
      ))}
    </ul>
  );
}

function Reason({ reason }: { reason: AccessReason }) {
  const { t } = useSpeech();
  const denies = reason.effect === 'deny';
  const key = `role.${reason.name ?? ''}`;
  const name = reason.source === 'role' && hasMessage(key) ? t(key) : (reason.name ?? '');
  return (
    <>
      <span className="chip" data-tone={denies ? 'fail' : 'accent'}>
        <Icon name={denies ? 'fail' : 'pass'} size={14} />
        {t(denies ? 'effect.Deny' : 'effect.Allow')}
      </span>{' '}
      {t(`reach.source.${reason.source}`)} <strong className="wrap-anywhere">{name}</strong>
      {reason.group_name !== null && (
        <>
          {' '}
          {t('rights.by_group')} <span className="wrap-anywhere">{reason.group_name}</span>
        </>
      )}
      <Statement name={reason.statement} />
      <Conditions conditions={reason.conditions} />
    </>
  );
}

// That somebody can assume a role, and why.
export function Way({ way }: { way: RoleWay }) {
  const { t } = useSpeech();
  return (
    <>
      <Certainty certainty={way.certainty} />
      {way.needs_second_factor && (
        <>
          {' '}
          <span className="tag">{t('reach.with_factor')}</span>
        </>
      )}
      {way.through.length > 0 && (
        <span className="soft wrap-anywhere">
          {' '}
          {t('reach.through')} {way.through.join(', ')}
        </span>
      )}
      <Reasons reasons={way.reasons} />
    </>
  );
}

// Whom a role trusts besides the people of its organisation.
export function Others({ role }: { role: RoleReach }) {
  const { t } = useSpeech();
  if (role.others.length === 0) return null;
  return (
    <ul className={classes.reasons}>
      {role.others.map((each, at) => (
        <li key={at}>
          <span>{t(`reach.other.${each.kind}`)}</span>{' '}
          <code className="wrap-anywhere">{each.principal}</code>{' '}
          <Certainty certainty={each.certainty} />
          {each.statement !== null && <Statement name={each.statement} />}
          <Conditions conditions={each.conditions} />
        </li>
      ))}
    </ul>
  );
}

export function Statement({ name }: { name: string }) {
  const { t } = useSpeech();
  return (
    <span className="soft">
      {' '}
      {t('reach.statement')} <code className="wrap-anywhere">{name}</code>
    </span>
  );
}

export function Conditions({ conditions }: { conditions: readonly string[] }): ReactNode {
  const { t } = useSpeech();
  if (conditions.length === 0) return null;
  return (
    <span className="soft">
      {' '}
      {t('reach.if')}{' '}
      {conditions.map((condition) => (
        <code key={condition} className="wrap-anywhere">
          {condition}
        </code>
      ))}
    </span>
  );
}

import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import { byService, tell, type Told } from './statements';
import classes from './people.module.css';

// What a policy allows and denies, in words as far as there are any.
export function StatementList({ policy }: { policy: unknown }) {
  return (
    <ul className={classes.statements}>
      {tell(policy).map((told, at) => (
        <li key={at} className={classes.statement}>
          <Statement told={told} />
        </li>
      ))}
    </ul>
  );
}

function Statement({ told }: { told: Told }) {
  const { t } = useSpeech();
  return (
    <>
      <div className="row">
        <EffectMark denies={told.denies} />
        {told.sid !== null && <span className="soft">{told.sid}</span>}
      </div>
      <dl className={classes.told}>
        {told.otherwise ? (
          <Fact term={t('grant.choices')}>
            <span>{t('statement.but')}</span>
            {told.actions.map((action) => (
              <code key={action} className={classes.action}>
                {action}
              </code>
            ))}
          </Fact>
        ) : (
          byService(told.actions).map(([service, actions]) => (
            <Fact key={service ?? '*'} term={t(`service.${service ?? 'all'}`)}>
              {actions.map((action) => (
                <Action key={action} name={action.slice(action.indexOf(':') + 1)} />
              ))}
            </Fact>
          ))
        )}
        <Where told={told} />
        {told.conditions.length > 0 && (
          <Fact term={t('statement.if')}>
            {told.conditions.map((condition) => (
              <code key={condition} className="wrap-anywhere">
                {condition}
              </code>
            ))}
          </Fact>
        )}
      </dl>
    </>
  );
}

function Action({ name }: { name: string }) {
  const { t } = useSpeech();
  if (name === '*') return <span>{t('statement.all')}</span>;
  return <code className={classes.action}>{name}</code>;
}

const scopes = ['self', 'own', 'below', 'provider'] as const;

function Where({ told }: { told: Told }) {
  const { t } = useSpeech();
  const everywhere = told.resources.length === 1 && told.resources[0] === '*' && !told.elsewhere;
  const named = scopes.filter((scope) => told.scopes.includes(scope));
  return (
    <Fact term={t('statement.where')}>
      {everywhere ? (
        <span>
          {named.length === 0
            ? t('statement.everywhere')
            : named.map((scope) => t(`scope.${scope}`)).join(', ')}
        </span>
      ) : (
        <>
          {told.elsewhere && <span>{t('statement.but')}</span>}
          {told.resources.map((resource) => (
            <code key={resource} className="wrap-anywhere">
              {resource}
            </code>
          ))}
        </>
      )}
    </Fact>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function EffectMark({ denies }: { denies: boolean }) {
  const { t } = useSpeech();
  return (
    <span className="chip" data-tone={denies ? 'fail' : 'accent'}>
      <Icon name={denies ? 'fail' : 'pass'} size={14} />
      {t(denies ? 'effect.Deny' : 'effect.Allow')}
    </span>
  );
}

import { useQuery } from '@tanstack/react-query';
import { delegations } from '../api/routes';
import type { Delegation, User } from '../api/types';
import { Fact } from '../elements/facts';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import classes from './people.module.css';

export function DelegatedActs({ delegation }: { delegation: Delegation }) {
  const { t } = useSpeech();
  return (
    <ul className={classes['marks']}>
      {(['see', ...delegation.acts] as const).map((act) => (
        <li key={act}>{t(`delegations.act.${act}`)}</li>
      ))}
      {delegation.acts.includes('invite') && (
        <li className="soft">
          {t('delegations.role_max', { role: t(`role.${delegation.role_max}`) })}
        </li>
      )}
    </ul>
  );
}

export function GivenThere({ delegation }: { delegation: Delegation }) {
  const { t } = useSpeech();
  const given = [...delegation.profiles, ...delegation.groups];
  if (given.length === 0) return <>–</>;
  return (
    <ul className={classes['marks']}>
      {given.map(({ id, name, privileged }) => (
        <li key={id} className="wrap-anywhere">
          {name} {privileged && <span className="soft">({t('delegations.privileged')})</span>}
        </li>
      ))}
    </ul>
  );
}

// What a request for a delegation would let the person do, for who decides.
export function AskedDelegation({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['delegations', 'one', id],
    queryFn: () => delegations.one(id),
  });
  // Nobody decides without having seen it.
  if (query.data === undefined) {
    return (
      <Fact wide term={t('delegations.acts')}>
        <Answer query={query}>{() => null}</Answer>
      </Fact>
    );
  }
  return (
    <>
      <Fact wide term={t('delegations.acts')}>
        <DelegatedActs delegation={query.data} />
      </Fact>
      <Fact wide term={t('delegations.gives')}>
        <GivenThere delegation={query.data} />
      </Fact>
    </>
  );
}

// Whose people the user looks after; nothing for most.
export function LooksAfter({ user }: { user: User }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['delegations', 'of', user.id],
    queryFn: () => delegations.list(user.id),
  });
  if (query.data === undefined || query.data.length === 0) return null;
  return (
    <Panel title={t('delegations.of')}>
      <dl className="facts">
        {query.data.map((each) => (
          <Fact key={each.id} wide term={each.unit_name}>
            <DelegatedActs delegation={each} />
          </Fact>
        ))}
      </dl>
      <p>
        <a href="#/people/delegations">{t('people.delegations')}</a>
      </p>
    </Panel>
  );
}

import { Button, NativeSelect, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef } from 'react';
import type { Problem } from '../api/problem';
import { objects } from '../api/routes';
import { Icon } from '../elements/icon';
import { wordProblem } from '../elements/states';
import type { Key } from '../language/message';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import {
  choicesOf,
  effects,
  faultOf,
  isPlaced,
  newGrant,
  services,
  writeParts,
  type Effect,
  type Grant,
  type Part,
  type Service,
} from './builder';
import { Choices } from './choices';
import { StatementList } from './statement_list';
import classes from './people.module.css';

// The statements of a policy, each a few choices; what choices do not say is shown and kept.
export function GrantList({
  parts,
  onText,
  problem,
  wrong,
  onEditText,
}: {
  parts: Part[];
  onText: (text: string) => void;
  problem: Problem | null;
  wrong: number | null; // the statement that the problem is about
  onEditText: () => void;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const said = problem === null ? null : wordProblem(speech, problem);
  const words = said === null ? null : said.detail === '' ? said.title : said.detail;
  const at = words === null ? null : (wrong ?? -1);
  const change = (changed: Part[]) => onText(writeParts(changed));
  return (
    <div className="stack">
      {at !== null && (at < 0 || at >= parts.length) && (
        <p className={classes['wrong']} role="alert">
          {words}
        </p>
      )}
      <ul className={classes['grants']}>
        {parts.map((part, index) => (
          <Card key={index} wrong={at === index ? words : null}>
            <div className="spread">
              <h3>{t('grant.number', { number: index + 1 })}</h3>
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                className="quiet"
                aria-label={t('grant.remove.of', { number: index + 1 })}
                onClick={() => change(parts.filter((_, other) => other !== index))}
              >
                <Icon name="remove" />
              </Button>
            </div>
            {'grant' in part ? (
              <GrantForm
                grant={part.grant}
                onGrant={(grant) => change(parts.with(index, { ...part, grant }))}
              />
            ) : (
              <Kept statement={part.kept} onEditText={onEditText} />
            )}
          </Card>
        ))}
      </ul>
      <div>
        <Button
          variant="default"
          leftSection={<Icon name="plus" />}
          onClick={() => change([...parts, { grant: newGrant(), sid: null }])}
        >
          {t('grant.add')}
        </Button>
      </div>
    </div>
  );
}

function Card({ wrong, children }: { wrong: string | null; children: React.ReactNode }) {
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (wrong !== null) card.current?.scrollIntoView({ block: 'nearest' });
  }, [wrong]);
  return (
    <li ref={card} className={classes['grant']} data-wrong={wrong !== null}>
      {children}
      {wrong !== null && (
        <p className={classes['wrong']} role="alert">
          {wrong}
        </p>
      )}
    </li>
  );
}

function Kept({ statement, onEditText }: { statement: unknown; onEditText: () => void }) {
  const { t } = useSpeech();
  return (
    <>
      <p className="soft">
        {t('grant.kept')}{' '}
        <button type="button" className="link" onClick={onEditText}>
          {t('grant.kept.edit')}
        </button>
      </p>
      {typeof statement === 'object' && statement !== null ? (
        <StatementList policy={{ Statement: statement }} />
      ) : (
        <code>{JSON.stringify(statement)}</code>
      )}
    </>
  );
}

function GrantForm({ grant, onGrant }: { grant: Grant; onGrant: (grant: Grant) => void }) {
  const { t } = useSpeech();
  const name = useId();
  const fault = faultOf(grant);
  const choices = Object.keys(choicesOf[grant.service]);
  return (
    <>
      <div className={classes['grantHead']}>
        <NativeSelect
          label={t('grant.effect')}
          data={effects.map((effect) => ({ value: effect, label: t(`effect.${effect}`) }))}
          value={grant.effect}
          onChange={(event) => onGrant({ ...grant, effect: event.currentTarget.value as Effect })}
        />
        <NativeSelect
          label={t('grant.service')}
          data={services.map((each) => ({ value: each, label: t(`grant.${each}`) }))}
          value={grant.service}
          onChange={(event) =>
            onGrant({
              ...newGrant(event.currentTarget.value as Service),
              effect: grant.effect,
            })
          }
        />
      </div>
      {choices.length > 1 && (
        <Choices
          legend={t('grant.choices')}
          describedBy={`${name}-fault`}
          options={choices.map((value) => ({ value, label: t(`choice.${value}` as Key) }))}
          chosen={grant.choices}
          onChosen={(chosen) => onGrant({ ...grant, choices: chosen })}
        />
      )}
      {isPlaced(grant.service) && <Buckets grant={grant} onGrant={onGrant} />}
      {!isPlaced(grant.service) && grant.service !== 'listing' && grant.effect === 'Allow' && (
        <p className="soft">{t('grant.privileges')}</p>
      )}
      <p id={`${name}-fault`} className={classes['wrong']} hidden={fault !== 'nothing_chosen'}>
        {t('grant.nothing_chosen')}
      </p>
    </>
  );
}

function Buckets({ grant, onGrant }: { grant: Grant; onGrant: (grant: Grant) => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({
    queryKey: ['buckets'],
    queryFn: objects.buckets,
    enabled: may(who, 's3:ListAllMyBuckets'),
  });
  return (
    <TagsInput
      label={t('grant.buckets')}
      description={t('grant.buckets.means')}
      placeholder={grant.buckets.length === 0 ? t('grant.buckets.all') : ''}
      error={faultOf(grant) === 'bad_bucket' ? t('grant.bad_bucket') : null}
      data={query.data?.map((bucket) => bucket.name) ?? []}
      limit={50}
      comboboxProps={{ withinPortal: false }}
      splitChars={[',', ' ']}
      acceptValueOnBlur
      value={grant.buckets}
      onChange={(names) => {
        // Of a path, the bucket.
        const buckets = names.map((name) => name.replace(/\/.*/, '')).filter((name) => name !== '');
        onGrant({ ...grant, buckets });
      }}
    />
  );
}

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { annex } from '../api/routes';
import type { MeasureDetail, MeasureList } from '../api/types';
import { topicOfMeasure } from '../attestations/state';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { formatDuration } from '../language/format';
import { hasMessage } from '../language/message';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import { EvidencePanel } from './evidence';
import { ProofTag, sectionTitle, textOf, VerdictChip } from './verdict';
import classes from './annex.module.css';

export function MeasurePage({ id }: { id: string }) {
  const speech = useSpeech();
  const query = useQuery({
    queryKey: ['annex', id],
    queryFn: () => annex.one(id),
    refetchInterval: 15_000,
  });
  return (
    <Page
      title={id}
      above={
        <a href="#/annex" className="back">
          {speech.t('annex.title')}
        </a>
      }
      actions={query.data?.bound === true && <CheckNow id={id} />}
      lead={query.data !== undefined && <p className="promise">{textOf(speech, query.data)}</p>}
    >
      <Answer query={query}>{(measure) => <Detail measure={measure} />}</Answer>
    </Page>
  );
}

function CheckNow({ id }: { id: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const check = useMutation({
    mutationFn: () => annex.check(id),
    onSuccess: (measure) => {
      queries.setQueryData(['annex', id], measure);
      void queries.invalidateQueries({ queryKey: ['annex'], exact: true });
    },
  });
  if (!may(who, 'measure:CheckMeasure')) return null;
  return (
    <>
      <Button loading={check.isPending} onClick={() => check.mutate()}>
        {t('measure.check_now')}
      </Button>
      <span className="visually-hidden" role="status">
        {check.isSuccess
          ? t('measure.checked', { verdict: t(`verdict.${check.data.verdict}`) })
          : ''}
      </span>
      {check.isError && <Failure error={check.error} />}
    </>
  );
}

function Detail({ measure }: { measure: MeasureDetail }) {
  const { t } = useSpeech();
  return (
    <>
      <Facts measure={measure} />
      <AttestationLink id={measure.id} />
      {measure.bound ? (
        <>
          <Rows measure={measure} />
          <EvidencePanel measure={measure} />
          {measure.parameters.length + listsOf(measure).length > 0 && (
            <Parameters measure={measure} />
          )}
          {measure.check !== null && <CheckPanel check={measure.check} />}
        </>
      ) : (
        <Panel flush>
          <Empty icon="no_data" title={t('measure.unbound')}>
            {t('measure.unbound.means')}
          </Empty>
        </Panel>
      )}
    </>
  );
}

// To what a customer signs for this promise.
function AttestationLink({ id }: { id: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const topic = topicOfMeasure[id];
  if (topic === undefined || !may(who, 'attestation:ListAttestations') || isStaff(who)) return null;
  return (
    <section className="panel panel-body">
      {t('attestations.of_measure')}{' '}
      <a href={`#/attestations/${topic}`}>{t('attestations.of_measure.link')}</a>
    </section>
  );
}

function Facts({ measure }: { measure: MeasureDetail }) {
  const speech = useSpeech();
  const { t, number } = speech;
  const role = `owner.${measure.owner_role}`;
  return (
    <section className="panel panel-body stack" aria-label={t('measure.facts')}>
      <div className={classes.verdictHead}>
        <VerdictChip verdict={measure.verdict} />
        {measure.proof !== 'none' && (
          <>
            <ProofTag proof={measure.proof} />
            <span className="soft">{t(`proof.${measure.proof}.means`)}</span>
          </>
        )}
      </div>
      {measure.reason !== '' && <p>{measure.reason}</p>}
      <dl className="facts">
        <Fact term={t('measure.section')}>
          §{measure.section} {sectionTitle(speech, measure.section)}
        </Fact>
        <Fact term={t('annex.party')}>{t(`party.${measure.party}`)}</Fact>
        {measure.population !== null && measure.bound && (
          <Fact term={t('measure.population')}>{number(measure.population)}</Fact>
        )}
        {measure.violations !== null && measure.bound && (
          <Fact term={t('measure.violations')}>{number(measure.violations)}</Fact>
        )}
        {measure.bound && (
          <>
            <Fact term={t('measure.checked_at')}>
              <Moment us={measure.checked_at_us} />
            </Fact>
          </>
        )}
        {measure.check !== null && (
          <Fact term={t('measure.period')}>
            {t('measure.every', { time: formatDuration(measure.check.period_us, speech.language) })}
          </Fact>
        )}
        {measure.owner_role !== '' && (
          <Fact term={t('measure.owner')}>{hasMessage(role) ? t(role) : measure.owner_role}</Fact>
        )}
        {measure.iso27001.length > 0 && (
          <Fact term="ISO/IEC 27001:2022">{measure.iso27001.join(', ')}</Fact>
        )}
      </dl>
    </section>
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

function Rows({ measure }: { measure: MeasureDetail }) {
  const { t, count } = useSpeech();
  const failing = measure.rows.filter((row) => !row.pass);
  const passing = measure.rows.filter((row) => row.pass);
  // Rows are what the check looks at: replica sets, where the population is objects. A customer
  // sees its own rows and no totals.
  const violations = measure.violations ?? failing.length;
  const hidden = violations - failing.length;
  return (
    <Panel title={t('measure.rows')} flush>
      {measure.rows.length === 0 && (
        <Empty icon="no_data" title={t('measure.rows.none')}>
          {measure.checked_at_us === null ? t('measure.rows.unchecked') : t('measure.rows.hidden')}
        </Empty>
      )}
      {failing.length > 0 && (
        <>
          <h3 className="subhead">{count('measure.rows.failing', violations)}</h3>
          <RowList rows={failing} />
          {hidden > 0 && <p className="panel-body soft">{count('measure.rows.more', hidden)}</p>}
        </>
      )}
      {passing.length > 0 && (
        <>
          <h3 className="subhead">{count('measure.rows.passing', passing.length)}</h3>
          <RowList rows={passing} />
        </>
      )}
    </Panel>
  );
}

function RowList({ rows }: { rows: MeasureDetail['rows'] }) {
  const { t } = useSpeech();
  return (
    <ul className={classes.rows}>
      {rows.map((row, at) => (
        <li key={`${row.subject} ${String(at)}`} data-pass={row.pass}>
          <Icon name={row.pass ? 'pass' : 'fail'} size={15} />
          <div>
            <span className="visually-hidden">
              {t(row.pass ? 'verdict.pass' : 'verdict.fail')}:{' '}
            </span>
            <span className="mono wrap-anywhere">{row.subject_text}</span>
            {row.reason !== '' && <p className="soft">{row.reason}</p>}
          </div>
        </li>
      ))}
    </ul>
  );
}

function listsOf(measure: MeasureDetail): MeasureList[] {
  return measure.lists ?? [];
}

function Parameters({ measure }: { measure: MeasureDetail }) {
  const { t, number } = useSpeech();
  return (
    <Panel title={t('measure.parameters')} flush>
      <Table
        columns={[
          t('measure.parameter'),
          { title: t('measure.value'), className: 'numeric' },
          t('measure.source'),
        ]}
        label={t('measure.parameters')}
      >
        {measure.parameters.map((each) => (
          <tr key={each.name}>
            <th scope="row" className="mono">
              {each.name}
            </th>
            <td className="numeric">
              {number(each.value)} {each.unit}
            </td>
            <td>{t(`source.${each.source}`)}</td>
          </tr>
        ))}
        {listsOf(measure).map((each) => (
          <tr key={each.name}>
            <th scope="row" className="mono">
              {each.name}
            </th>
            <td className="wrap-anywhere">{each.values.join(', ')}</td>
            <td>{t(`source.${each.source}`)}</td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}

function CheckPanel({ check }: { check: NonNullable<MeasureDetail['check']> }) {
  const { t } = useSpeech();
  return (
    <Panel title={t('measure.check')}>
      <div className="stack">
        <p className="soft">{t('measure.check.means')}</p>
        <pre className="code" tabIndex={0} aria-label={t('measure.check')}>
          {check.sql.trim()}
        </pre>
        <h3>{t('measure.population')}</h3>
        <pre className="code" tabIndex={0} aria-label={t('measure.population')}>
          {check.population_sql.trim()}
        </pre>
      </div>
    </Panel>
  );
}

import { Progress } from '@mantine/core';
import type { Job, ProblemBody, ScrubReport } from '../api/types';
import { Problem } from '../api/problem';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { Icon } from '../elements/icon';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';

export function JobPanel({ job }: { job: Job }) {
  const { t } = useSpeech();
  const titles: Record<Job['kind'], string> = {
    heal: t('job.heal'),
    readmit: t('job.readmit', { disk: job.subject }),
    scrub: job.subject === '' ? t('job.scrub_all') : t('job.scrub', { disk: job.subject }),
  };
  const title = titles[job.kind];
  return (
    <Panel title={title} aside={<Moment us={job.started_us} />}>
      <div className="stack" data-job={job.state}>
        <div role="status">
          {job.state === 'done' && <Report job={job} />}
          {job.state === 'running' && <span className="visually-hidden">{t('job.running')}</span>}
        </div>
        {job.state === 'running' && (
          <div className="row" style={{ flexWrap: 'nowrap' }}>
            <Progress style={{ flex: 1 }} value={job.progress * 100} aria-label={title} animated />
            <span className="numeric">{Math.floor(job.progress * 100)} %</span>
          </div>
        )}
        {job.state === 'failed' && <Failure error={asProblemOf(job.error)} />}
      </div>
    </Panel>
  );
}

function asProblemOf(body: ProblemBody | null): Problem {
  if (body === null) return new Problem(500, 'console.http_500', '', '');
  // A job's error may have less of a problem than an answer has.
  const {
    status = 500,
    message_id,
    title = '',
    detail,
    arguments: args = {},
  } = body as Partial<ProblemBody>;
  return new Problem(status, message_id ?? '', title, detail ?? '', args);
}

function Report({ job }: { job: Job }) {
  const { t, count } = useSpeech();
  if (job.kind === 'readmit') {
    return (
      <p className="row">
        <Icon name="pass" />
        {t('job.readmitted', { disk: job.subject })}
      </p>
    );
  }
  if (job.report === null) return null;
  if ('healed' in job.report) {
    return (
      <p className="row">
        <Icon name={job.report.healed > 0 ? 'pass' : 'no_data'} />
        {count('job.healed', job.report.healed)}
      </p>
    );
  }
  return <Scrubbed report={job.report} />;
}

function Scrubbed({ report }: { report: ScrubReport }) {
  const { t, count, bytes, number } = useSpeech();
  return (
    <div className="stack">
      <p className="row">
        <span className="chip" data-tone={report.found.length === 0 ? 'pass' : 'fail'}>
          <Icon name={report.found.length === 0 ? 'pass' : 'fail'} size={14} />
          {count('job.found', report.found.length)}
        </span>
        <span>{count('job.repaired', report.repaired)}</span>
      </p>
      <dl className="facts">
        <div>
          <dt>{t('job.sets')}</dt>
          <dd>{number(report.sets)}</dd>
        </div>
        <div>
          <dt>{t('job.records')}</dt>
          <dd>{number(report.records)}</dd>
        </div>
        <div>
          <dt>{t('job.files')}</dt>
          <dd>{number(report.files)}</dd>
        </div>
        <div>
          <dt>{t('job.read')}</dt>
          <dd>{bytes(report.read_bytes)}</dd>
        </div>
      </dl>
      {report.found.length > 0 && (
        <Table columns={[t('disks.disk'), t('sets.set'), t('job.what')]} label={t('job.what')}>
          {report.found.slice(0, 100).map((damage, at) => (
            <tr key={at}>
              <td>{damage.disk}</td>
              <td className="mono">{damage.set}</td>
              <td>{t(`copy.${damage.state}`)}</td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  );
}

import { Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { storage } from '../api/routes';
import type { Disk } from '../api/types';
import { Icon, type IconName } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty, Failure } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { JobPanel } from './job_panel';
import { SetsPanel } from './sets_panel';
import { useJob, type JobRun } from './use_job';

export function DisksPage() {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({ queryKey: ['disks'], queryFn: storage.disks, refetchInterval: 10_000 });
  const run = useJob();
  const actions = (
    <>
      {may(who, 'disk:Heal') && (
        <Button variant="default" loading={run.starting} disabled={run.running} onClick={run.heal}>
          {t('disks.heal')}
        </Button>
      )}
      {may(who, 'disk:Scrub') && (
        <Button loading={run.starting} disabled={run.running} onClick={() => run.scrub('')}>
          {t('disks.scrub_all')}
        </Button>
      )}
    </>
  );
  return (
    <Page title={t('disks.title')} lead={t('disks.lead')} actions={actions}>
      {run.error !== null && <Failure error={run.error} />}
      {run.job !== undefined && <JobPanel job={run.job} />}
      <Answer query={query}>
        {(disks) =>
          disks.length === 0 ? (
            <Panel flush>
              <Empty icon="disks" title={t('disks.none')}>
                {t('disks.none.todo')}
              </Empty>
            </Panel>
          ) : (
            <Sites disks={disks} run={run} />
          )
        }
      </Answer>
      {may(who, 'disk:ListReplicaSets') && <SetsPanel />}
    </Page>
  );
}

function Sites({ disks, run }: { disks: Disk[]; run: JobRun }) {
  const sites = new Map<string, Disk[]>();
  for (const disk of disks) sites.set(disk.site, [...(sites.get(disk.site) ?? []), disk]);
  return [...sites].map(([site, there]) => (
    <Panel key={site} title={site} flush>
      <DiskTable disks={there} run={run} />
    </Panel>
  ));
}

const signs: Record<Disk['health'], { icon: IconName; tone: string }> = {
  good: { icon: 'pass', tone: 'pass' },
  failed: { icon: 'fail', tone: 'fail' },
  absent: { icon: 'no_data', tone: 'fail' },
};

function DiskTable({ disks, run }: { disks: Disk[]; run: JobRun }) {
  const { t } = useSpeech();
  return (
    <Table
      columns={[
        t('disks.disk'),
        t('disks.health'),
        t('disks.used'),
        t('disks.scrubbed'),
        { title: t('disks.damaged'), className: 'numeric' },
      ]}
      acts
    >
      {disks.map((disk) => (
        <DiskRow key={disk.id} disk={disk} act={<DiskAct disk={disk} run={run} />} />
      ))}
    </Table>
  );
}

// A disk that failed comes back when somebody who looked at it says so.
function DiskAct({ disk, run }: { disk: Disk; run: JobRun }) {
  const { t } = useSpeech();
  const who = useWho();
  const act = disk.health === 'failed' ? 'readmit' : 'scrub';
  if (!may(who, act === 'readmit' ? 'disk:Readmit' : 'disk:Scrub')) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      disabled={run.running || disk.health === 'absent'}
      aria-label={t(`disks.${act}.of`, { name: disk.name })}
      onClick={() => run[act](disk.name)}
    >
      {t(`disks.${act}`)}
    </Button>
  );
}

function DiskRow({ disk, act }: { disk: Disk; act: React.ReactNode }) {
  const { t, bytes, number } = useSpeech();
  const sign = signs[disk.health];
  const percent = disk.total_bytes === 0 ? 0 : (disk.used_bytes / disk.total_bytes) * 100;
  return (
    <tr data-disk={disk.name} data-health={disk.health}>
      <th scope="row" className="disk-cell">
        <span className="row">
          <strong>{disk.name}</strong>
          {disk.simulated && <span className="tag">{t('proof.simulated')}</span>}
        </span>
        <span className="soft">{disk.server}</span>
      </th>
      <td>
        <span className="chip" data-tone={sign.tone}>
          <Icon name={sign.icon} size={14} />
          {t(`disk.${disk.health}`)}
        </span>
        {disk.reason !== '' && <p className="soft">{disk.reason}</p>}
      </td>
      <td className="used-cell">
        {disk.total_bytes > 0 ? (
          <>
            <span>
              {bytes(disk.used_bytes)} / {bytes(disk.total_bytes)}
            </span>
            <Progress
              value={percent}
              size="xs"
              color={percent > 90 ? 'red' : 'verdigris'}
              aria-label={t('disks.used.of', { name: disk.name })}
            />
          </>
        ) : (
          <span className="soft">–</span>
        )}
      </td>
      <td>
        <Moment us={disk.last_scrub_us} />
      </td>
      <td className="numeric">
        {disk.damaged > 0 ? (
          <span className="chip" data-tone="fail">
            <Icon name="fail" size={13} />
            {number(disk.damaged)}
          </span>
        ) : (
          '0'
        )}
      </td>
      <td className="numeric">{act}</td>
    </tr>
  );
}

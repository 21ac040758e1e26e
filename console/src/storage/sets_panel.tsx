import { useQuery } from '@tanstack/react-query';
import { storage } from '../api/routes';
import type { ReplicaSet } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';

// The disks that hold the same bytes.
export function SetsPanel() {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['replica-sets'],
    queryFn: storage.replicaSets,
    refetchInterval: 15_000,
  });
  return (
    <Panel title={t('sets.title')} flush>
      <p className="panel-body soft">{t('sets.lead')}</p>
      <Answer query={query}>
        {(sets) =>
          sets.length === 0 ? (
            <Empty icon="copies" title={t('sets.none')} />
          ) : (
            <SetTable sets={sets} />
          )
        }
      </Answer>
    </Panel>
  );
}

function SetTable({ sets }: { sets: ReplicaSet[] }) {
  const { t, bytes } = useSpeech();
  return (
    <Table
      columns={[
        t('sets.set'),
        t('sets.holds'),
        t('sets.state'),
        t('sets.disks'),
        { title: t('sets.stored'), className: 'numeric' },
        t('disks.scrubbed'),
      ]}
      label={t('sets.title')}
    >
      {sets.map((set) => (
        <tr key={set.id}>
          <th scope="row" className="mono">
            {set.id}
          </th>
          <td>{t(`sets.${set.stream}`)}</td>
          <td>
            <SetState set={set} />
          </td>
          <td>
            {set.disks.map((disk) => (
              <span key={disk} className="tag set-disk" data-missing={set.missing.includes(disk)}>
                {set.missing.includes(disk) ? `${disk} (${t('disk.absent')})` : disk}
              </span>
            ))}
          </td>
          <td className="numeric">{bytes(set.stored_bytes)}</td>
          <td>
            <Moment us={set.last_scrub_us} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function SetState({ set }: { set: ReplicaSet }) {
  const { t, count } = useSpeech();
  const whole = set.missing.length === 0 && set.damaged === 0;
  return (
    <span className="chip" data-tone={whole ? 'pass' : 'fail'}>
      <Icon name={whole ? 'pass' : 'fail'} size={14} />
      {whole
        ? t('sets.whole')
        : set.missing.length > 0
          ? count('sets.missing', set.missing.length)
          : count('sets.damaged', set.damaged)}
    </span>
  );
}

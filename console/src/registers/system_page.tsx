import { useQuery } from '@tanstack/react-query';
import { registers } from '../api/routes';
import type { ProviderSystem } from '../api/types';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ActButton } from './act';
import { SystemChip } from './marks';

// One system of the inventory, and the accounts that the last scan found there.
export function SystemPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const query = useQuery({
    queryKey: ['registers', 'systems', id],
    queryFn: () => registers.system(id),
  });
  return (
    <Page
      title={query.data?.name ?? t('registers.system')}
      above={
        <a href="#/registers/systems" className="back">
          {t('registers.systems')}
        </a>
      }
      actions={
        query.data !== undefined &&
        may(who, 'registers:MoveEntry') && (
          <ActButton
            register="systems"
            id={id}
            move={{ act: query.data.state === 'in_service' ? 'retire' : 'restore' }}
          />
        )
      }
    >
      <Answer query={query}>
        {(found) => (
          <>
            <Facts system={found} />
            <Panel title={t('registers.accounts')} flush>
              <Accounts system={found} />
            </Panel>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Facts({ system }: { system: ProviderSystem }) {
  const { t } = useSpeech();
  return (
    <section className="panel panel-body stack" aria-label={t('registers.facts')}>
      <div className="row">
        <SystemChip state={system.state} />
      </div>
      <dl className="facts">
        <Fact term={t('registers.purpose')}>{system.purpose}</Fact>
        <Fact term={t('registers.owner')}>{system.owner_role}</Fact>
        <Fact term={t('registers.environment')}>
          {t(`registers.environment.${system.environment}`)}
        </Fact>
        <Fact term={t('registers.sign_in')}>
          {t(`registers.sign_in.${system.sign_in}`)}
          {system.sign_in === 'directory' && ` (${system.directory ?? t('registers.gone')})`}
        </Fact>
        <Fact term={t('registers.access_model')}>
          {system.access_document === null
            ? t('registers.access_model.none')
            : [system.access_document, system.access_place]
                .filter((each) => each !== '')
                .join(', ')}
        </Fact>
        <Fact term={t('registers.scanned')}>
          <Moment us={system.scanned_us} />
        </Fact>
      </dl>
    </section>
  );
}

function Accounts({ system }: { system: ProviderSystem }) {
  const { t } = useSpeech();
  const accounts = system.accounts ?? [];
  if (accounts.length === 0) {
    return (
      <Empty
        icon="users"
        title={t(system.scanned_us === null ? 'registers.never_scanned' : 'registers.no_accounts')}
      >
        {t('registers.scan.todo')}
      </Empty>
    );
  }
  return (
    <Table
      columns={[
        t('registers.account'),
        t('registers.person'),
        t('registers.break_glass'),
        t('registers.reason'),
      ]}
      label={t('registers.accounts')}
    >
      {accounts.map((each) => (
        <tr key={each.account}>
          <th scope="row" className="wrap-anywhere">
            {each.account}
          </th>
          <td className="wrap-anywhere">{each.person ?? '–'}</td>
          <td>{t(each.break_glass ? 'registers.yes' : 'registers.no')}</td>
          <td className="wrap-anywhere">{each.reason}</td>
        </tr>
      ))}
    </Table>
  );
}

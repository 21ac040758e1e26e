import { useQuery } from '@tanstack/react-query';
import { registers } from '../api/routes';
import type { DocumentVersion, ProviderDocument, WhoAmI } from '../api/types';
import { Fact } from '../elements/facts';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ActButton } from './act';
import { DueDate, VersionChip } from './marks';

// One document: what it is about, and its versions, of which another person approves the next.
export function DocumentPage({ id }: { id: string }) {
  const { t } = useSpeech();
  const query = useQuery({
    queryKey: ['registers', 'documents', id],
    queryFn: () => registers.document(id),
  });
  return (
    <Page
      title={query.data?.title ?? t('registers.document')}
      above={
        <a href="#/registers/documents" className="back">
          {t('registers.documents')}
        </a>
      }
    >
      <Answer query={query}>
        {(found) => (
          <>
            <Facts document={found} />
            <Panel title={t('registers.versions')} flush>
              <Versions document={found} />
            </Panel>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Facts({ document }: { document: ProviderDocument }) {
  const { t } = useSpeech();
  return (
    <section className="panel panel-body" aria-label={t('registers.facts')}>
      <dl className="facts">
        <Fact term={t('registers.reference')}>
          <span className="mono">{document.reference}</span>
        </Fact>
        <Fact term={t('registers.topic')}>{t(`registers.topic.${document.topic}`)}</Fact>
        <Fact term={t('registers.owner')}>{document.owner_role}</Fact>
        <Fact term={t('registers.review_months')}>{document.review_months}</Fact>
        <Fact term={t('registers.due')}>
          <DueDate us={document.due_us} />
        </Fact>
      </dl>
    </section>
  );
}

function Versions({ document }: { document: ProviderDocument }) {
  const { t } = useSpeech();
  const versions = document.versions ?? [];
  if (versions.length === 0) {
    return (
      <Empty icon="file" title={t('registers.versions.none')}>
        {t('registers.versions.none.todo')}
      </Empty>
    );
  }
  return (
    <Table
      columns={[
        t('registers.version'),
        t('registers.state'),
        t('registers.proposed'),
        t('registers.approved'),
        t('registers.reviewed'),
        t('registers.file'),
      ]}
      acts
    >
      {versions.map((version) => (
        <VersionRow key={version.number} document={document} version={version} />
      ))}
    </Table>
  );
}

function VersionRow({
  document,
  version,
}: {
  document: ProviderDocument;
  version: DocumentVersion;
}) {
  const { t } = useSpeech();
  return (
    <tr>
      <th scope="row">{version.number}</th>
      <td>
        <VersionChip state={version.state} />
      </td>
      <td className="wrap-anywhere">
        {version.proposed_by_name}, <Moment us={version.proposed_us} />
      </td>
      <td className="wrap-anywhere">
        {version.approved_us === null ? (
          '–'
        ) : (
          <>
            {version.approved_by_name}, <Moment us={version.approved_us} />
            {version.approved_by_own_account && (
              <p className="soft">{t('registers.own_account')}</p>
            )}
          </>
        )}
      </td>
      <td className="wrap-anywhere">
        {version.reviewed_us === null ? (
          '–'
        ) : (
          <>
            {version.reviewed_by_name}, <Moment us={version.reviewed_us} />
          </>
        )}
      </td>
      <td className="wrap-anywhere">
        <a href={registers.fileAddress(document.id, version.number)} download>
          {version.file_name}
        </a>
        <p className="soft">
          <code>{version.file_sha256.slice(0, 16)}</code>
        </p>
      </td>
      <td>
        <Acts document={document} version={version} />
      </td>
    </tr>
  );
}

// Another person approves it; the daemon says who that is not.
function actsOf(who: WhoAmI, { state, proposed_by }: DocumentVersion) {
  if (!may(who, 'registers:MoveEntry')) return [];
  if (state === 'draft') {
    return proposed_by === who.user.id
      ? (['withdraw'] as const)
      : (['approve', 'withdraw'] as const);
  }
  return state === 'approved' ? (['review', 'withdraw'] as const) : [];
}

function Acts({ document, version }: { document: ProviderDocument; version: DocumentVersion }) {
  const { t } = useSpeech();
  const who = useWho();
  return (
    <div className="row">
      {actsOf(who, version).map((act) => (
        <ActButton
          key={act}
          register="documents"
          id={document.id}
          move={{ act, version: version.number }}
        >
          <p className="wrap-anywhere">
            {document.reference}, {t('registers.version.n', { n: version.number })}:{' '}
            {version.file_name}
          </p>
          <p className="wrap-anywhere">
            <code>{version.file_sha256}</code>
          </p>
        </ActButton>
      ))}
    </div>
  );
}

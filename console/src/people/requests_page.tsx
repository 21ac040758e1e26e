import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { access } from '../api/routes';
import type { AccessRequest, RequestState } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { FourEyesPanel } from './four_eyes';
import { PrivilegedMark } from './marks';
import { PeopleTabs } from './people_tabs';
import { RequestStateMark, RightName } from './request_marks';

const states: readonly RequestState[] = ['pending', 'approved', 'refused', 'cancelled', 'lapsed'];

// Requests for rights: those of the organisation for whoever decides, else one's own.
export function RequestsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const decides = may(who, 'iam:DecideRequest');
  const [state, setState] = useState<RequestState | ''>('');
  const query = useQuery({
    queryKey: ['requests', state],
    queryFn: () => access.requests(state),
  });
  return (
    <Page
      title={t('people.title')}
      place={t('people.requests')}
      lead={t(decides ? 'requests.lead' : 'requests.lead.own')}
      actions={
        <Button component="a" href="#/people/requests/new" leftSection={<Icon name="plus" />}>
          {t('requests.create')}
        </Button>
      }
    >
      <PeopleTabs at="requests" />
      <NativeSelect
        className="narrow"
        label={t('users.kind')}
        data={[
          { value: '', label: t('requests.all') },
          ...states.map((each) => ({ value: each, label: t(`request.state.${each}`) })),
        ]}
        value={state}
        onChange={(event) => setState(event.currentTarget.value as RequestState | '')}
      />
      <Answer query={query}>{(requests) => <Lists requests={requests} />}</Answer>
      {decides && <FourEyesPanel />}
    </Page>
  );
}

// What waits for one's own decision comes first.
function Lists({ requests }: { requests: AccessRequest[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const decides = may(who, 'iam:DecideRequest');
  const isMine = (each: AccessRequest) =>
    each.requested_by === who.user.id || each.user === who.user.id;
  const waiting = requests.filter((each) => decides && each.state === 'pending' && !isMine(each));
  const others = requests.filter((each) => !waiting.includes(each));
  return (
    <>
      {decides && (
        <RequestList
          title={t('requests.to_decide')}
          nothing={t('requests.to_decide.none')}
          requests={waiting}
        />
      )}
      <RequestList
        title={t(decides ? 'requests.others' : 'requests.own')}
        nothing={t('requests.none')}
        requests={others}
      />
    </>
  );
}

function RequestList({
  title,
  nothing,
  requests,
}: {
  title: string;
  nothing: string;
  requests: AccessRequest[];
}) {
  const { t } = useSpeech();
  return (
    <Panel title={title} flush>
      {requests.length === 0 ? (
        <Empty icon="audit" title={nothing} />
      ) : (
        <Table
          columns={[
            t('request.right'),
            t('request.holder'),
            t('request.state'),
            t('request.asked_by'),
            t('request.ends'),
          ]}
        >
          {requests.map((each) => (
            <tr key={each.id}>
              <th scope="row" className="disk-cell">
                <span className="row">
                  <a href={`#/people/requests/${each.id}`}>
                    <RightName right={each} />
                  </a>
                  <PrivilegedMark privileged={each.privileged} />
                </span>
                <span className="soft">{t(`request.kind.${each.kind}`)}</span>
              </th>
              <td className="wrap-anywhere">{each.holder}</td>
              <td>
                <RequestStateMark state={each.state} />
              </td>
              <td>
                {each.requested_by_name ?? '–'}, <Moment us={each.requested_us} />
              </td>
              <td>
                {each.state === 'pending' ? (
                  <Moment us={each.pending_until_us} />
                ) : (
                  <Moment us={each.decided_us} never="–" />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

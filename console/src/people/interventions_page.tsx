import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { interventions } from '../api/routes';
import type { Intervention, InterventionState, WhoAmI } from '../api/types';
import { Icon } from '../elements/icon';
import { Moment } from '../elements/moment';
import { Page, Panel } from '../elements/page';
import { Answer, Empty } from '../elements/states';
import { Table } from '../elements/table';
import { useSpeech } from '../language/speech';
import { isStaff, may, useWho } from '../shell/rights';
import {
  ActionNames,
  InterventionStateMark,
  KindMark,
  ReportMark,
  Where,
  wordsOf,
} from './intervention_marks';
import { isOnOurs, mayBreakGlass, mayDecide, refreshMs } from './interventions';
import { PeopleTabs } from './people_tabs';

const states: readonly InterventionState[] = ['pending', 'open', 'refused', 'ended', 'lapsed'];

// What the provider's staff asked for and did on customers' data: for staff its own, for the
// provider's administrators all, for a customer's those on its data.
export function InterventionsPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [state, setState] = useState<InterventionState | ''>('');
  const query = useQuery({
    queryKey: ['interventions', state],
    queryFn: () => interventions.list(state),
    refetchInterval: refreshMs,
  });
  const ask = isStaff(who) && (
    <>
      {mayBreakGlass(who) && (
        <Button
          component="a"
          href="#/people/interventions/break-glass"
          variant="default"
          leftSection={<Icon name="error" />}
        >
          {t('interventions.break_glass')}
        </Button>
      )}
      <Button component="a" href="#/people/interventions/new" leftSection={<Icon name="plus" />}>
        {t('interventions.ask')}
      </Button>
    </>
  );
  return (
    <Page
      title={t('people.title')}
      place={t('people.interventions')}
      lead={t(leadOf(who))}
      actions={ask}
    >
      <PeopleTabs at="interventions" />
      <NativeSelect
        className="narrow"
        label={t('users.kind')}
        data={[
          { value: '', label: t('requests.all') },
          ...states.map((each) => ({ value: each, label: t(`intervention.state.${each}`) })),
        ]}
        value={state}
        onChange={(event) => setState(event.currentTarget.value as InterventionState | '')}
      />
      <Answer query={query}>{(found) => <Lists found={found} />}</Answer>
    </Page>
  );
}

function leadOf(who: WhoAmI) {
  if (isStaff(who)) return 'interventions.lead.staff';
  return who.tenant.kind === 'partner'
    ? 'interventions.lead.partner'
    : 'interventions.lead.customer';
}

// What waits for one's own decision comes first.
function Lists({ found }: { found: Intervention[] }) {
  const { t } = useSpeech();
  const who = useWho();
  const decides = isStaff(who) && may(who, 'iam:DecideIntervention');
  const waiting = found.filter((each) => mayDecide(who, each));
  return (
    <>
      {decides && (
        <List
          title={t('requests.to_decide')}
          nothing={t('requests.to_decide.none')}
          found={waiting}
        />
      )}
      <List
        title={t(decides ? 'interventions.others' : 'people.interventions')}
        nothing={t('interventions.none')}
        todo={t(isStaff(who) ? 'interventions.none.staff' : 'interventions.none.customer')}
        found={found.filter((each) => !waiting.includes(each))}
      />
    </>
  );
}

function List({
  title,
  nothing,
  todo,
  found,
}: {
  title: string;
  nothing: string;
  todo?: string;
  found: Intervention[];
}) {
  const { t } = useSpeech();
  const who = useWho();
  const namesCustomer = isStaff(who) || found.some((each) => !isOnOurs(who, each));
  return (
    <Panel title={title} flush>
      {found.length === 0 ? (
        <Empty icon="audit" title={nothing}>
          {todo}
        </Empty>
      ) : (
        <Table
          columns={[
            t('intervention.staff'),
            ...(namesCustomer ? [t('intervention.customer')] : []),
            t('grant.choices'),
            t('request.state'),
            t('request.asked_by'),
            t('intervention.ends'),
          ]}
        >
          {found.map((each) => (
            <tr key={each.id}>
              <th scope="row" className="disk-cell">
                <a href={`#/people/interventions/${each.id}`} className="wrap-anywhere">
                  {each.staff_name}
                </a>
                <div>
                  <KindMark kind={each.kind} />
                </div>
              </th>
              {namesCustomer && <td className="wrap-anywhere">{each.tenant_name}</td>}
              <td>
                <div>{wordsOf(t, each.actions) ?? <ActionNames actions={each.actions} />}</div>
                <span className="soft">
                  <Where bucket={each.bucket} />
                </span>
              </td>
              <td>
                <span className="row">
                  <InterventionStateMark state={each.state} />
                  <ReportMark intervention={each} />
                </span>
              </td>
              <td>
                {each.requested_by_name ?? '–'}, <Moment us={each.requested_us} />
              </td>
              <td>
                <Moment us={endOf(each)} never="–" />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

// When it is over, or was: one that nobody decides lapses.
function endOf({ state, pending_until_us, expires_us, ended_us, decided_us }: Intervention) {
  if (state === 'pending') return pending_until_us;
  return state === 'open' ? expires_us : (ended_us ?? decided_us);
}

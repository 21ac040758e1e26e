import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { interventions } from '../api/routes';
import { Page } from '../elements/page';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { usePersons } from './choose_person';
import { InterventionForm } from './intervention_form';
import { BackTo } from './people_tabs';

// Staff asks to be let to a customer's data: on whose, for what, why, and how long.
export function NewInterventionPage() {
  const { t } = useSpeech();
  const who = useWho();
  const [staff, setStaff] = useState(who.user.id);
  return (
    <Page
      title={t('interventions.ask')}
      lead={t('interventions.ask.lead')}
      above={<BackTo at="interventions" />}
    >
      <InterventionForm
        kind="ordinary"
        ask={(wanted) => interventions.ask({ ...wanted, ...(staff !== who.user.id && { staff }) })}
      >
        <Staff staff={staff} onStaff={setStaff} />
      </InterventionForm>
    </Page>
  );
}

// For others administrators ask alone.
function Staff({ staff, onStaff }: { staff: string; onStaff: (staff: string) => void }) {
  const { t } = useSpeech();
  const who = useWho();
  const asksForOthers = may(who, 'iam:RequestIntervention');
  const people = usePersons();
  if (!asksForOthers || people.length < 2) return null;
  return (
    <NativeSelect
      className="narrow"
      label={t('intervention.staff')}
      data={people.map(({ id, name }) => ({ value: id, label: name }))}
      value={staff}
      onChange={(event) => onStaff(event.currentTarget.value)}
    />
  );
}

import { interventions } from '../api/routes';
import { Page } from '../elements/page';
import { useSpeech } from '../language/speech';
import { InterventionForm } from './intervention_form';
import { BackTo } from './people_tabs';

// An administrator of the provider opens an intervention in an emergency, for itself.
export function BreakGlassPage() {
  const { t } = useSpeech();
  return (
    <Page
      title={t('interventions.break_glass')}
      lead={t('interventions.break_glass.lead')}
      above={<BackTo at="interventions" />}
    >
      <InterventionForm kind="break_glass" ask={interventions.breakGlass} />
    </Page>
  );
}

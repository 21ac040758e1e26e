import { Button, NativeSelect } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { isRequestNeeded } from '../api/problem';
import { access } from '../api/routes';
import type { AccessRules } from '../api/types';
import { Dialog } from '../elements/dialog';
import { Panel } from '../elements/page';
import { Answer, Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { AskForm } from './ask_form';

type Rule = AccessRules['four_eyes'];
const rules: readonly Rule[] = ['none', 'privileged', 'all'];

// Which rights no one person gives. A stronger rule is set, a weaker one asked for.
export function FourEyesPanel() {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['access-rules'], queryFn: access.rules });
  return (
    <Panel title={t('four_eyes.title')}>
      <Answer query={query}>{(found) => <RuleForm key={found.four_eyes} rules={found} />}</Answer>
    </Panel>
  );
}

function RuleForm({ rules: held }: { rules: AccessRules }) {
  const { t, count } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [rule, setRule] = useState<Rule>(held.four_eyes);
  const set = useMutation({
    mutationFn: () => access.setRules(rule),
    onSuccess: () => askAgain(queries, ['access-rules']),
  });
  return (
    <div className="stack">
      <p className="soft">
        {t('four_eyes.means')} {count('four_eyes.administrators', held.administrators)}
      </p>
      <div className="row-end">
        <NativeSelect
          label={t('four_eyes.rule')}
          disabled={!may(who, 'iam:SetAccessRules')}
          data={rules.map((each) => ({ value: each, label: t(`four_eyes.${each}`) }))}
          value={rule}
          onChange={(event) => setRule(event.currentTarget.value as Rule)}
        />
        {rule !== held.four_eyes && (
          <Button loading={set.isPending} onClick={() => set.mutate()}>
            {t('four_eyes.set')}
          </Button>
        )}
      </div>
      {set.isError && !isRequestNeeded(set.error) && <Failure error={set.error} />}
      {isRequestNeeded(set.error) && (
        <Dialog title={t('four_eyes.title')} onClose={set.reset}>
          <div className="stack">
            <Failure error={set.error} />
            <AskForm asked={{ four_eyes: rule }} onClose={set.reset} />
          </div>
        </Dialog>
      )}
    </div>
  );
}

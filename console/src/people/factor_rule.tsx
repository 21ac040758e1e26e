import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { askAgain } from '../api/again';
import { identity } from '../api/routes';
import type { FactorRule } from '../api/types';
import { Chip } from '../elements/chip';
import { Confirm } from '../elements/confirm';
import { Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';

// Who of the organisation needs a second factor: who is privileged, or everybody.
export function FactorRulePanel() {
  const { t } = useSpeech();
  const query = useQuery({ queryKey: ['factor-rule'], queryFn: identity.factorRule });
  return (
    <Panel title={t('factor_rule.title')}>
      <Answer query={query}>{(rule) => <Rule rule={rule} />}</Answer>
    </Panel>
  );
}

function Rule({ rule }: { rule: FactorRule }) {
  const { t, count } = useSpeech();
  const who = useWho();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const isOn = rule.needed_by === 'everybody';
  const change = t(isOn ? 'factor_rule.turn_off' : 'factor_rule.turn_on');
  const without = count('factor_rule.without', rule.without_factor, { of: rule.people });
  return (
    <div className="stack">
      <p className="row">
        <Chip icon={isOn ? 'pass' : 'no_data'} tone={isOn ? 'pass' : 'stale'}>
          {t(isOn ? 'factor_rule.on' : 'factor_rule.off')}
        </Chip>
      </p>
      <p className="soft">
        {t('factor_rule.means')} {without}
      </p>
      {may(who, 'iam:SetFactorRule') && (
        <div className="row">
          <Button variant={isOn ? 'default' : 'filled'} onClick={() => setAsking(true)}>
            {change}
          </Button>
        </div>
      )}
      {asking && (
        <Confirm
          title={t('factor_rule.title')}
          action={change}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await identity.setFactorRule(isOn ? 'privileged' : 'everybody');
            await askAgain(queries, ['factor-rule']);
          }}
        >
          {isOn ? t('factor_rule.turn_off.ask') : `${t('factor_rule.turn_on.ask')} ${without}`}
        </Confirm>
      )}
    </div>
  );
}

import { useState } from 'react';
import { useWho } from '../shell/rights';
import { PasskeysPanel } from './passkeys';
import { RecoveryCodesPanel } from './recovery_codes';
import { SecondFactorPanel } from './second_factor';

export function FactorsTab() {
  const who = useWho();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const onFirst = (made: readonly string[]) => {
    if (made.length > 0) setCodes(made);
  };
  const has = who.user.has_totp || who.user.passkeys > 0;
  return (
    <div className="stack">
      {(has || codes.length > 0) && <RecoveryCodesPanel fresh={codes} onFresh={setCodes} />}
      <PasskeysPanel onFirst={onFirst} />
      <SecondFactorPanel onFirst={onFirst} />
    </div>
  );
}

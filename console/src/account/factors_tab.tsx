import { useState } from 'react';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import { useWho } from '../shell/rights';
import { PasskeysPanel } from './passkeys';
import { RecoveryCodesPanel } from './recovery_codes';
import { SecondFactorPanel } from './second_factor';

export function FactorsTab() {
  const { t } = useSpeech();
  const who = useWho();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const onFirst = (made: readonly string[]) => {
    if (made.length > 0) setCodes(made);
  };
  const has = who.user.has_totp || who.user.passkeys > 0;
  return (
    <>
      {who.session?.factor === 'recovery_code' && (
        <p className="notice" role="note">
          <Icon name="error" />
          {t('account.recovery.used')}
        </p>
      )}
      {(has || codes.length > 0) && <RecoveryCodesPanel fresh={codes} onFresh={setCodes} />}
      <PasskeysPanel onFirst={onFirst} />
      <SecondFactorPanel onFirst={onFirst} />
    </>
  );
}

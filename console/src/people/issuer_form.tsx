import { NativeSelect, PasswordInput, TagsInput, TextInput } from '@mantine/core';
import type { Issuer, IssuerPurpose } from '../api/types';
import { Copyable } from '../elements/copyable';
import { useSpeech } from '../language/speech';
import { Tick } from './choices';
import {
  isForPeople,
  isForPrograms,
  lostBy,
  namesClient,
  purposes,
  redirectOf,
  type IssuerFields,
} from './issuers';
import classes from './people.module.css';

const plainText = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;

interface Form {
  fields: IssuerFields;
  onFields: (fields: IssuerFields) => void;
  kept: Issuer | null;
}

// All of a directory but its address: first what it is for, then what that takes. `kept` is how it
// is, if there is one.
export function IssuerForm({ fields, onFields, kept }: Form) {
  const { t } = useSpeech();
  const change = (changed: Partial<IssuerFields>) => onFields({ ...fields, ...changed });
  const lost = lostBy(kept, fields.purpose);
  return (
    <>
      <NativeSelect
        className="narrow"
        label={t('directories.purpose')}
        description={t(`directories.purpose.means.${fields.purpose}`)}
        data={purposes.map((each) => ({ value: each, label: t(`directories.purpose.${each}`) }))}
        value={fields.purpose}
        onChange={(event) => change({ purpose: event.currentTarget.value as IssuerPurpose })}
      />
      {lost !== null && <p className="notice">{t(`directories.purpose.ends.${lost}`)}</p>}
      {isForPeople(fields.purpose) && (
        <PeopleFields fields={fields} onFields={onFields} kept={kept} />
      )}
      {isForPrograms(fields.purpose) && (
        <Words
          label={t('directories.audiences')}
          description={t('directories.audiences.means')}
          error={namesClient(fields) ? t('directories.audiences.client') : null}
          required={fields.audiences.length === 0}
          words={fields.audiences}
          onWords={(audiences) => change({ audiences })}
        />
      )}
      <div className={classes['pair']}>
        <TextInput
          label={t('directories.claim')}
          description={t('directories.claim.means')}
          maxLength={255}
          {...plainText}
          value={fields.required_claim}
          onChange={(event) => change({ required_claim: event.currentTarget.value })}
        />
        <TextInput
          label={t('directories.value')}
          maxLength={255}
          required={fields.required_claim.trim() !== ''}
          withAsterisk={false}
          {...plainText}
          value={fields.required_value}
          onChange={(event) => change({ required_value: event.currentTarget.value })}
        />
      </div>
    </>
  );
}

// With what people sign in: the organisation's name, and the client that the console is there.
function PeopleFields({ fields, onFields, kept }: Form) {
  const { t } = useSpeech();
  const change = (changed: Partial<IssuerFields>) => onFields({ ...fields, ...changed });
  const organisation = fields.organisation.trim();
  return (
    <>
      <TextInput
        className="narrow"
        label={t('directory.organisation')}
        description={t('directories.organisation.means')}
        maxLength={40}
        {...plainText}
        value={fields.organisation}
        onChange={(event) => change({ organisation: event.currentTarget.value })}
      />
      {organisation !== (kept?.organisation ?? '') && organisation !== '' && (
        <div>
          <p className="soft">{t('directories.redirect.means')}</p>
          <Copyable label={t('directories.redirect')} value={redirectOf(organisation)} />
        </div>
      )}
      <ClientFields fields={fields} onFields={onFields} kept={kept} />
      <Tick
        label={t('directories.creates_users')}
        description={t('directories.creates_users.means')}
        checked={fields.creates_users}
        onChecked={(creates_users) => change({ creates_users })}
      />
      <Tick
        label={t('directories.trusts_factors')}
        description={t('directories.trusts_factors.means')}
        checked={fields.trusts_factors}
        onChecked={(trusts_factors) => change({ trusts_factors })}
      />
      <Words
        label={t('directories.scopes')}
        description={t('directories.scopes.means')}
        words={fields.scopes}
        onWords={(scopes) => change({ scopes })}
      />
    </>
  );
}

function ClientFields({ fields, onFields, kept }: Form) {
  const { t } = useSpeech();
  const change = (changed: Partial<IssuerFields>) => onFields({ ...fields, ...changed });
  const hasSecret = kept?.has_secret === true;
  return (
    <>
      <TextInput
        className="narrow"
        label={t('directories.client')}
        description={t('directories.client.means')}
        required
        withAsterisk={false}
        maxLength={255}
        {...plainText}
        value={fields.client_id}
        onChange={(event) => change({ client_id: event.currentTarget.value })}
      />
      <PasswordInput
        className="narrow"
        label={t('directories.secret')}
        description={t(hasSecret ? 'directories.secret.kept' : 'directories.secret.means')}
        maxLength={255}
        autoComplete="new-password"
        disabled={fields.removes_secret}
        visibilityToggleButtonProps={{ 'aria-label': t('sign_in.show_password') }}
        value={fields.client_secret}
        onChange={(event) => change({ client_secret: event.currentTarget.value })}
      />
      {hasSecret && (
        <Tick
          label={t('directories.secret.remove')}
          checked={fields.removes_secret}
          onChecked={(removes_secret) => change({ removes_secret, client_secret: '' })}
        />
      )}
    </>
  );
}

function Words({
  label,
  description,
  error = null,
  required = false,
  words,
  onWords,
}: {
  label: string;
  description: string;
  error?: string | null;
  required?: boolean;
  words: string[];
  onWords: (words: string[]) => void;
}) {
  return (
    <TagsInput
      label={label}
      description={description}
      error={error}
      required={required}
      withAsterisk={false}
      maxTags={20}
      splitChars={[',', ' ']}
      acceptValueOnBlur
      comboboxProps={{ withinPortal: false }}
      value={words}
      onChange={onWords}
    />
  );
}

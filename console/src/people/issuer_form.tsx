import { PasswordInput, TagsInput, TextInput } from '@mantine/core';
import type { Issuer } from '../api/types';
import { Copyable } from '../elements/copyable';
import { useSpeech } from '../language/speech';
import { Tick } from './choices';
import { redirectOf, type IssuerFields } from './issuers';
import classes from './people.module.css';

// All of a directory but its address; `kept` is how it is, if there is one.
export function IssuerForm({
  fields,
  onFields,
  kept,
}: {
  fields: IssuerFields;
  onFields: (fields: IssuerFields) => void;
  kept: Issuer | null;
}) {
  const { t } = useSpeech();
  const change = (changed: Partial<IssuerFields>) => onFields({ ...fields, ...changed });
  const plainText = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
  const organisation = fields.organisation.trim();
  const hasSecret = kept?.has_secret === true;
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
      <Words
        label={t('directories.scopes')}
        description={t('directories.scopes.means')}
        words={fields.scopes}
        onWords={(scopes) => change({ scopes })}
      />
      <Words
        label={t('directories.audiences')}
        description={t('directories.audiences.means')}
        words={fields.audiences}
        onWords={(audiences) => change({ audiences })}
      />
    </>
  );
}

function Words({
  label,
  description,
  words,
  onWords,
}: {
  label: string;
  description: string;
  words: string[];
  onWords: (words: string[]) => void;
}) {
  return (
    <TagsInput
      label={label}
      description={description}
      maxTags={20}
      splitChars={[',', ' ']}
      acceptValueOnBlur
      comboboxProps={{ withinPortal: false }}
      value={words}
      onChange={onWords}
    />
  );
}

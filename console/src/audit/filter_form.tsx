import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState, type ChangeEvent, type FormEvent } from 'react';
import { Icon } from '../elements/icon';
import { useSpeech } from '../language/speech';
import classes from './audit.module.css';
import { classes as eventClasses, noFields, ranges, tidied, type Fields } from './filter';

// What is searched for. It is asked for when it is sent, not while it is typed.
export function FilterForm({
  fields: asked,
  onFilter,
}: {
  fields: Fields;
  onFilter: (fields: Fields) => void;
}) {
  const { t } = useSpeech();
  const [fields, setFields] = useState(asked);
  const [shown, setShown] = useState(asked);
  if (shown !== asked) {
    setShown(asked);
    setFields(asked);
  }
  function field(name: keyof Fields) {
    return {
      value: fields[name],
      onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
        setFields({ ...fields, [name]: event.currentTarget.value }),
    };
  }
  // What has few answers is asked for at once.
  function choice(name: keyof Fields) {
    return {
      value: fields[name],
      onChange: (event: ChangeEvent<HTMLSelectElement>) => {
        const chosen = { ...fields, [name]: event.currentTarget.value };
        setFields(chosen);
        if (chosen.range !== 'custom' || name !== 'range') onFilter(tidied(chosen));
      },
    };
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    onFilter(tidied(fields));
  }
  return (
    <form className="panel panel-body stack" role="search" onSubmit={submit}>
      <div className={classes.fields}>
        <NativeSelect
          label={t('audit.range')}
          data={[
            { value: '', label: t('range.all') },
            ...Object.keys(ranges).map((range) => ({
              value: range,
              label: t(`range.${range}` as 'range.day'),
            })),
            { value: 'custom', label: t('range.custom') },
          ]}
          {...choice('range')}
        />
        {fields.range === 'custom' && (
          <>
            <TextInput type="datetime-local" label={t('audit.from')} {...field('from')} />
            <TextInput type="datetime-local" label={t('audit.until')} {...field('until')} />
          </>
        )}
        <NativeSelect
          label={t('audit.outcome')}
          data={[
            { value: '', label: t('audit.any') },
            { value: 'success', label: t('outcome.success') },
            { value: 'failure', label: t('outcome.failure') },
          ]}
          {...choice('outcome')}
        />
        <NativeSelect
          label={t('audit.class')}
          data={[
            { value: '', label: t('audit.any') },
            ...eventClasses.map((each) => ({ value: each, label: t(`class.${each}`) })),
          ]}
          {...choice('class')}
        />
        <TextInput label={t('audit.actor')} autoComplete="off" {...field('actor')} />
        <TextInput
          label={t('audit.action')}
          placeholder="s3:*"
          autoComplete="off"
          {...field('action')}
        />
        <TextInput
          label={t('audit.resource')}
          placeholder="arn:aws:s3:::"
          autoComplete="off"
          {...field('resource')}
        />
        <TextInput
          label={t('audit.source')}
          placeholder="192.0.2.*"
          autoComplete="off"
          {...field('source')}
        />
        <TextInput label={t('audit.reason.id')} autoComplete="off" {...field('reason')} />
        <TextInput
          label={t('audit.detail')}
          placeholder={t('audit.detail.like')}
          autoComplete="off"
          {...field('detail')}
        />
      </div>
      <div className="row">
        <Button type="submit" leftSection={<Icon name="search" size={16} />}>
          {t('audit.search')}
        </Button>
        <Button
          variant="subtle"
          onClick={() => {
            setFields(noFields);
            onFilter(noFields);
          }}
        >
          {t('audit.reset')}
        </Button>
      </div>
    </form>
  );
}

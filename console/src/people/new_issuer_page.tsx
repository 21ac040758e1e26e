import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { askAgain } from '../api/again';
import { issuers } from '../api/routes';
import { Page, Panel } from '../elements/page';
import { Failure } from '../elements/states';
import { useSpeech } from '../language/speech';
import { IssuerForm } from './issuer_form';
import { newIssuerOf, noIssuer } from './issuers';
import { BackTo } from './people_tabs';

// The directory is asked at once: a wrong address is told here.
export function NewIssuerPage() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [url, setUrl] = useState('https://');
  const [fields, setFields] = useState(noIssuer);
  const add = useMutation({
    mutationFn: () => issuers.create(newIssuerOf(url, fields)),
    onSuccess: async (made) => {
      await askAgain(queries, ['directories']);
      window.location.hash = `#/people/directories/${made.id}`;
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!add.isPending) add.mutate();
  }
  return (
    <Page
      title={t('directories.add')}
      lead={t('directories.add.lead')}
      above={<BackTo at="directories" />}
    >
      <Panel>
        <form className="stack" onSubmit={submit}>
          <TextInput
            className="narrow"
            label={t('directories.url')}
            description={t('directories.url.means')}
            type="url"
            required
            withAsterisk={false}
            maxLength={1024}
            autoComplete="off"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
          <IssuerForm fields={fields} onFields={setFields} kept={null} />
          {add.isError && <Failure error={add.error} />}
          <div className="row">
            <Button type="submit" loading={add.isPending}>
              {t('directories.add')}
            </Button>
            <Button component="a" href="#/people/directories" variant="default">
              {t('action.cancel')}
            </Button>
            <span className="soft">{t('directories.asked_at_once')}</span>
          </div>
        </form>
      </Panel>
    </Page>
  );
}

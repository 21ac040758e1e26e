import { Button } from '@mantine/core';
import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { askAgain } from '../api/again';
import { AskingButton } from '../elements/asking_button';
import { Page, Panel } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { BackTo, type Tab } from './people_tabs';

// A page of one thing of a list: named at its head, with the way back and what is done with it.
export function ThingPage<Thing extends { name: string }>({
  kind,
  at,
  query,
  actions,
  children,
}: {
  kind: string; // the title until the name is known
  at: Tab;
  query: UseQueryResult<Thing>;
  actions: (thing: Thing) => ReactNode;
  children: (thing: Thing) => ReactNode;
}) {
  const thing = query.data;
  return (
    <Page
      title={thing?.name ?? kind}
      above={<BackTo at={at} />}
      actions={thing !== undefined && actions(thing)}
    >
      <Answer query={query}>{children}</Answer>
    </Page>
  );
}

// Deletes what a page is of, after it was asked, and goes back to the list.
export function DeleteThing({
  at,
  id,
  right,
  label,
  ask,
  remove,
}: {
  at: Tab;
  id: string;
  right: string;
  label: string;
  ask: string;
  remove: () => Promise<unknown>;
}) {
  const who = useWho();
  const queries = useQueryClient();
  if (!may(who, right)) return null;
  return (
    <AskingButton
      label={label}
      ask={ask}
      run={async () => {
        await remove();
        window.location.hash = `#/people/${at}`;
        queries.removeQueries({ queryKey: [at, id] });
        await askAgain(queries, [at]);
      }}
    />
  );
}

// Read first, and changed by whoever means to.
export function ReadFirst({
  title,
  right,
  form,
  children,
}: {
  title: (isEditing: boolean) => string;
  right: string;
  form: (onDone: () => void) => ReactNode;
  children: ReactNode;
}) {
  const { t } = useSpeech();
  const who = useWho();
  const [isEditing, setEditing] = useState(false);
  const edit = may(who, right) && !isEditing && (
    <Button size="sm" variant="default" onClick={() => setEditing(true)}>
      {t('policy.edit')}
    </Button>
  );
  return (
    <Panel title={title(isEditing)} aside={edit}>
      {isEditing ? form(() => setEditing(false)) : <div className="stack">{children}</div>}
    </Panel>
  );
}

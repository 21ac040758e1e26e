import { useQuery } from '@tanstack/react-query';
import { identity, objects } from '../api/routes';
import { Page } from '../elements/page';
import { Answer } from '../elements/states';
import { useSpeech } from '../language/speech';
import { may, useWho } from '../shell/rights';
import { ExplainPanel, WhatPanel, WhoPanel } from './access_questions';
import { PeopleTabs } from './people_tabs';

// Who reaches what, and why. Everybody may ask about itself. `about`: a bucket or a user to begin
// with.
export function AccessQuestionsPage({ about }: { about: string }) {
  const { t } = useSpeech();
  const who = useWho();
  const all = may(who, 'iam:GetAccess');
  const buckets = useQuery({
    queryKey: ['buckets'],
    queryFn: objects.buckets,
    enabled: may(who, 's3:ListAllMyBuckets'),
  });
  const users = useQuery({
    queryKey: ['users', who.tenant.id],
    queryFn: () => identity.users(who.tenant.id),
    enabled: all && may(who, 'iam:ListUsers'),
  });
  const people = users.data ?? [who.user];
  const names = buckets.data?.map(({ name }) => name) ?? [];
  const first = people.some(({ id }) => id === about) ? about : who.user.id;
  return (
    <Page title={t('people.title')} place={t('people.access')} lead={t('reach.lead')}>
      <PeopleTabs at="access" />
      {users.isError && <Answer query={users}>{() => null}</Answer>}
      {buckets.isError && <Answer query={buckets}>{() => null}</Answer>}
      {all && (
        <WhoPanel buckets={names} first={about.startsWith('bucket-') ? about.slice(7) : ''} />
      )}
      <WhatPanel key={`what ${first}`} users={people} first={first} />
      <ExplainPanel key={`explain ${first}`} users={people} buckets={names} first={first} />
    </Page>
  );
}

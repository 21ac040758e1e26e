import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { session } from '../api/routes';
import { LonelyPage } from '../elements/lonely_page';
import { Failure, Loading } from '../elements/states';
import { useSpeech } from '../language/speech';
import { TermsText } from './terms_text';

// Until the terms in force are accepted, a session can do nothing else.
export function TermsPage() {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const [agreed, setAgreed] = useState(false);
  const terms = useQuery({ queryKey: ['terms'], queryFn: session.terms });
  const due = terms.data?.items.find((each) => each.accepted_us === null);
  const accept = useMutation({
    mutationFn: (version: string) => session.acceptTerms(version),
    onSuccess: () => queries.resetQueries(),
  });
  const leave = useMutation({
    mutationFn: session.signOut,
    onSuccess: () => queries.resetQueries({ queryKey: ['session'] }),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (due !== undefined && agreed) accept.mutate(due.version);
  }
  return (
    <LonelyPage title={t('terms.title')}>
      <form className="stack" onSubmit={submit}>
        <p>{t('terms.why')}</p>
        {terms.isError && <Failure error={terms.error} onRetry={() => void terms.refetch()} />}
        {terms.isPending && <Loading rows={3} />}
        {due !== undefined && <TermsText terms={due} agreed={agreed} onAgreed={setAgreed} />}
        {accept.isError && <Failure error={accept.error} />}
        <div className="row">
          <Button type="submit" disabled={!agreed || due === undefined} loading={accept.isPending}>
            {t('terms.accept')}
          </Button>
          <Button variant="default" onClick={() => leave.mutate()}>
            {t('terms.leave')}
          </Button>
        </div>
      </form>
    </LonelyPage>
  );
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Redirect, Route, Router, Switch } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { AccountPage } from './account/account_page';
import { AnnexPage } from './annex/annex_page';
import { MeasurePage } from './annex/measure_page';
import { whenSessionIsOver } from './api/client';
import { asProblem } from './api/problem';
import { session } from './api/routes';
import { AttestationPage } from './attestations/attestation_page';
import { AttestationsPage } from './attestations/attestations_page';
import type { WhoAmI } from './api/types';
import { InvitationPage } from './invitation/invitation_page';
import { AskForResetPage } from './invitation/ask_for_reset_page';
import { PasswordResetPage } from './invitation/password_reset_page';
import { TermsPage } from './invitation/terms_page';
import { AuditPage } from './audit/audit_page';
import { Page } from './elements/page';
import { Failure, Loading } from './elements/states';
import { useSpeech } from './language/speech';
import { AccessPage } from './objects/access_page';
import { BucketPage } from './objects/bucket_page';
import { BucketsPage } from './objects/buckets_page';
import { fromSegment } from './objects/place';
import { UploadsProvider } from './objects/uploads';
import { PeoplePages } from './people/people_pages';
import { TenantsPage } from './tenants/tenants_page';
import { firstTab } from './people/people_tabs';
import { DocumentPage } from './registers/document_page';
import { RegistersPage } from './registers/registers_page';
import { SystemPage } from './registers/system_page';
import { hasTenants, may, WhoContext } from './shell/rights';
import { StepUp } from './shell/step_up';
import { Shell } from './shell/shell';
import { DirectoryPage, takeAnswer } from './sign_in/directory_page';
import { directoryPath } from './sign_in/directory_path';
import { SignInPage } from './sign_in/sign_in_page';
import { DisksPage } from './storage/disks_page';

// The pages' addresses are behind the `#`: the daemon serves one document and needs to know none.
export function App() {
  const queries = useQueryClient();
  const [over, setOver] = useState(false);
  const [place, go] = useHashLocation();
  const [returned, setReturned] = useState(() =>
    window.location.pathname === directoryPath ? takeAnswer() : null,
  );
  const who = useQuery({ queryKey: ['session'], queryFn: session.whoAmI, staleTime: 60_000 });

  useEffect(() => {
    whenSessionIsOver(() => {
      if (queries.getQueryData(['session']) === undefined) return;
      queries.clear();
      setOver(true);
      void queries.invalidateQueries({ queryKey: ['session'] });
    });
  }, [queries]);

  const signedIn = async () => {
    await queries.resetQueries({ queryKey: ['session'] });
    setOver(false);
  };
  const invited = /^\/invitation\/([0-9a-f]{64})$/.exec(place)?.[1];
  if (invited !== undefined) {
    return (
      <InvitationPage
        key={invited}
        secret={invited}
        onIn={async () => {
          go('/', { replace: true });
          await signedIn();
        }}
      />
    );
  }
  if (returned !== null) {
    return (
      <DirectoryPage
        answer={returned}
        onIn={async () => {
          window.history.replaceState(null, '', '/');
          setReturned(null);
          await signedIn();
        }}
      />
    );
  }
  const reset = /^\/password-reset\/([0-9a-f]{64})$/.exec(place)?.[1];
  if (reset !== undefined) return <PasswordResetPage key={reset} secret={reset} />;
  if (place === '/password-reset') return <AskForResetPage />;
  if (who.data?.terms_due === true && !over) return <TermsPage />;
  if (who.data !== undefined && !over) {
    return (
      <WhoContext value={who.data}>
        <UploadsProvider key={who.data.user.id}>
          <Router hook={useHashLocation}>
            <Shell>
              <Pages who={who.data} />
            </Shell>
            <StepUp />
          </Router>
        </UploadsProvider>
      </WhoContext>
    );
  }
  if (over || asProblem(who.error).status === 401) {
    return <SignInPage sessionIsOver={over} onSignedIn={signedIn} />;
  }
  return (
    <main className="lonely">
      {who.error !== null && !who.isFetching ? (
        <Failure error={who.error} onRetry={() => void who.refetch()} />
      ) : (
        <Loading rows={3} />
      )}
    </main>
  );
}

function Pages({ who }: { who: WhoAmI }) {
  // Who needs a second factor, by the role or by the organisation's rule, enrols one first.
  if (who.second_factor_needed) {
    return (
      <Switch>
        <Route path="/account/:tab?" component={AccountPage} />
        <Route>
          <Redirect to="/account/second-factor" replace />
        </Route>
      </Switch>
    );
  }
  return (
    <Switch>
      <Route path="/annex" component={AnnexPage} />
      <Route path="/annex/:id">{({ id }) => <MeasurePage key={id} id={id} />}</Route>
      <Route path="/attestations" component={AttestationsPage} />
      <Route path="/attestations/:topic/:tenant?">
        {({ topic, tenant = who.tenant.id }) => (
          <AttestationPage key={`${topic} ${tenant}`} topic={topic} tenant={tenant} />
        )}
      </Route>
      <Route path="/registers/documents">
        <RegistersPage register="documents" />
      </Route>
      <Route path="/registers/systems">
        <RegistersPage register="systems" />
      </Route>
      <Route path="/registers/documents/:id">{({ id }) => <DocumentPage key={id} id={id} />}</Route>
      <Route path="/registers/systems/:id">{({ id }) => <SystemPage key={id} id={id} />}</Route>
      {hasTenants(who) && <Route path="/tenants" component={TenantsPage} />}
      <Route path="/buckets" component={BucketsPage} />
      <Route path="/buckets/:bucket/:prefix?">
        {({ bucket, prefix }) => (
          <BucketPage
            key={bucket}
            bucket={fromSegment(bucket)}
            prefix={fromSegment(prefix ?? '')}
          />
        )}
      </Route>
      <Route path="/buckets/:bucket/-/access">
        {({ bucket }) => <AccessPage key={bucket} bucket={fromSegment(bucket)} />}
      </Route>
      <Route path="/people">
        <Redirect to={`/people/${firstTab(who)}`} replace />
      </Route>
      <Route path="/people/:kind/:id?">
        {({ kind, id }) => <PeoplePages key={`${kind} ${id ?? ''}`} kind={kind} id={id} />}
      </Route>
      <Route path="/disks" component={DisksPage} />
      <Route path="/audit/:filter?">
        {({ filter }) => <AuditPage filter={fromSegment(filter ?? '')} />}
      </Route>
      <Route path="/account/:tab?" component={AccountPage} />
      <Route path="/">
        <Redirect
          to={
            may(who, 'measure:ListMeasures') && !hasLostPasskey(who)
              ? '/annex'
              : '/account/second-factor'
          }
          replace
        />
      </Route>
      <Route>
        <NoSuchPage />
      </Route>
    </Switch>
  );
}

// Who came by a recovery code where the passkey is asked for comes to replace it.
const hasLostPasskey = ({ passkey_due, session }: WhoAmI) =>
  passkey_due && session?.factor === 'recovery_code';

function NoSuchPage() {
  const { t } = useSpeech();
  return (
    <Page title={t('page.missing')}>
      <p>
        <a href="#/">{t('page.missing.todo')}</a>
      </p>
    </Page>
  );
}

import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import type { ApiClient } from '../api/client.js';
import { ApprovalsPage } from '../approvals/approvals-page.js';
import { Announcements, AnnouncerProvider } from '../components/announcer.js';
import { Skeleton } from '../components/skeleton.js';
import { I18nProvider } from '../i18n/i18n-context.js';
import type { PreferenceStore } from '../i18n/preferences.js';
import { ImagesPage } from '../images/images-page.js';
import { LiveProvider } from '../live/live-context.js';
import { PoliciesPage } from '../policies/policies-page.js';
import { PolicyPage } from '../policies/policy-page.js';
import { ReleasesPage } from '../releases/releases-page.js';
import { BrokenPage } from './broken-page.js';
import { Navigation } from './navigation.js';
import { NotFoundPage } from './not-found-page.js';
import { PageMain } from './page-main.js';
import { SessionGate, useSession } from './session-context.js';
import { ConnectionBanner } from './connection-banner.js';

/** With its charts it is as large as all else together, and the list is there sooner without it. */
const ReleasePage = lazy(async () => ({ default: (await import('../release/release-page.js')).ReleasePage }));

/** The whole page. */
export function App({ client, preferences }: { client: ApiClient; preferences: PreferenceStore }): ReactNode {
  return (
    <I18nProvider store={preferences}>
      <SessionGate client={client}>
        <SignedInApp client={client} />
      </SessionGate>
    </I18nProvider>
  );
}

function SignedInApp({ client }: { client: ApiClient }): ReactNode {
  const { expire } = useSession();
  return (
    <LiveProvider client={client} onSignedOut={expire}>
      <AnnouncerProvider>
        <div className="shell">
          <PageMain>
            <BrokenPage>
              <Suspense fallback={<Skeleton lines={8} height={3} />}>
                <Switch>
                  <Route path="/"><ReleasesPage /></Route>
                  <Route path="/releases/:namespace/:name">{({ namespace, name }) => <ReleasePage key={`${namespace}/${name}`} namespace={namespace} name={name} />}</Route>
                  <Route path="/policies"><PoliciesPage /></Route>
                  <Route path="/policies/:namespace/:name">{({ namespace, name }) => <PolicyPage namespace={namespace} name={name} />}</Route>
                  <Route path="/approvals"><ApprovalsPage /></Route>
                  <Route path="/images"><ImagesPage /></Route>
                  <Route><NotFoundPage /></Route>
                </Switch>
              </Suspense>
            </BrokenPage>
          </PageMain>
          <Navigation />
        </div>
        <Announcements><ConnectionBanner /></Announcements>
      </AnnouncerProvider>
    </LiveProvider>
  );
}

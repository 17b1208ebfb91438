import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { ApiProblem } from '../api/api-problem.js';
import { readSignInMethods, signInWithToken } from '../api/calls.js';
import type { ApiClient } from '../api/client.js';
import type { Session, SignInMethods } from '../api/types.js';
import { Button } from '../components/button.js';
import { Command } from '../components/command.js';
import { Notice, ProblemNotice } from '../components/notice.js';
import { useDocumentTitle } from '../components/page-head.js';
import { Skeleton } from '../components/skeleton.js';
import { useTexts } from '../i18n/i18n-context.js';
import { LanguageChoice, ThemeChoice } from '../shell/account-menu.js';
import { rememberPlace } from './return-place.js';
import { signInTexts } from './sign-in-texts.js';

/** All ways in that the server offers. `again`: the session has ended while somebody worked. */
export function SignInPage({ client, again, onSignedIn }: { client: ApiClient; again: boolean; onSignedIn: (session: Session) => void }): ReactNode {
  const say = useTexts(signInTexts);
  const [methods, setMethods] = useState<SignInMethods>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [attempt, setAttempt] = useState(0);
  useDocumentTitle(say('title'));
  useEffect(() => {
    setProblem(undefined);
    readSignInMethods(client).then(setMethods, (error: unknown) => setProblem(problemFrom(error)));
  }, [client, attempt]);

  return (
    <main className="sign-in">
      <div className="sign-in-brand">
        <img src="/serin.svg" alt="" width="48" height="48" />
        <div>
          <h1>Serin</h1>
          <p className="soft">{say('lead')}</p>
        </div>
      </div>
      {again ? <Notice tone="wait">{say('again')}</Notice> : null}
      {problem === undefined ? null : <ProblemNotice problem={problem} onRetry={() => setAttempt((before) => before + 1)} />}
      {methods === undefined ? problem === undefined ? <Skeleton lines={3} height={2.5} /> : null : (
        <>
          {methods.methods.includes('oidc') ? (
            // A link and no fetch: the provider answers with redirects, and back here with a cookie.
            <a className="button primary" href="/sign-in/oidc" onClick={rememberPlace}>{say('oidc', { name: methods.oidcName ?? say('oidcName') })}</a>
          ) : null}
          {methods.methods.includes('token') ? <TokenForm client={client} onSignedIn={onSignedIn} /> : null}
          {methods.methods.includes('link') ? (
            <section className="card">
              <h2>{say('linkTitle')}</h2>
              <p className="soft">{say('link')}</p>
              <Command text="serin dashboard" />
            </section>
          ) : null}
        </>
      )}
      <div className="sign-in-choices">
        <LanguageChoice />
        <ThemeChoice />
      </div>
    </main>
  );
}

function TokenForm({ client, onSignedIn }: { client: ApiClient; onSignedIn: (session: Session) => void }): ReactNode {
  const say = useTexts(signInTexts);
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      onSignedIn(await signInWithToken(client, token.trim()));
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  };
  return (
    <form className="card" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>{say('token')}</span>
        {/* A password field is neither shown nor kept in the history of forms. */}
        <input className="input mono" type="password" autoComplete="off" spellCheck={false} required value={token} onChange={(event) => setToken(event.target.value)} />
      </label>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      <Button type="submit" tone="primary" icon="key" busy={busy}>{say('signIn')}</Button>
      <p className="small soft">{say('tokenHint')}</p>
      <Command text="kubectl create token NAME -n NAMESPACE" />
    </form>
  );
}

function problemFrom(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem(0, 'Unexpected', error instanceof Error ? error.message : String(error));
}

import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { ApiProblem } from '../api/api-problem.js';
import { readSession } from '../api/calls.js';
import type { ApiClient } from '../api/client.js';
import type { Session } from '../api/types.js';
import { ProblemNotice } from '../components/notice.js';
import { returnToPlace } from '../sign-in/return-place.js';
import { SignInPage } from '../sign-in/sign-in-page.js';

type State = { at: 'asking' } | { at: 'signedOut'; again: boolean } | { at: 'signedIn'; session: Session } | { at: 'failed'; problem: ApiProblem };

/** Who is signed in, and how that ends. */
export interface SignedIn {
  readonly session: Session;
  /** The page is shown as to somebody who is not signed in. */
  forget(): void;
  /** The same, to somebody who did not ask for it: the server knows the session no longer. */
  expire(): void;
}

const Context = createContext<SignedIn | undefined>(undefined);

/** Draws what is inside for who is signed in; asks all others to sign in. */
export function SessionGate({ client, children }: { client: ApiClient; children: ReactNode }): ReactNode {
  const [state, setState] = useState<State>({ at: 'asking' });
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let wanted = true;
    readSession(client).then(
      (session) => {
        client.setSession(session);
        if (!wanted) return;
        returnToPlace();
        setState({ at: 'signedIn', session });
      },
      (error: unknown) => {
        if (!wanted) return;
        if (error instanceof ApiProblem && error.status === 401) setState({ at: 'signedOut', again: false });
        else setState({ at: 'failed', problem: error instanceof ApiProblem ? error : new ApiProblem(0, 'Unexpected', String(error)) });
      },
    );
    const off = client.onSignedOut(() => setState((now) => (now.at === 'signedIn' ? { at: 'signedOut', again: true } : now)));
    return () => {
      wanted = false;
      off();
    };
  }, [client, attempt]);

  if (state.at === 'asking') return null;
  if (state.at === 'failed') {
    return (
      <main className="sign-in">
        <ProblemNotice problem={state.problem} onRetry={() => setAttempt((before) => before + 1)} />
      </main>
    );
  }
  if (state.at === 'signedOut') {
    return (
      <SignInPage
        client={client}
        again={state.again}
        onSignedIn={(session) => {
          client.setSession(session);
          setState({ at: 'signedIn', session });
        }}
      />
    );
  }
  const leave = (again: boolean): void => {
    client.setSession(undefined);
    setState({ at: 'signedOut', again });
  };
  return <Context value={{ session: state.session, forget: () => leave(false), expire: () => leave(true) }}>{children}</Context>;
}

/** Who is signed in. */
export function useSession(): SignedIn {
  const signedIn = useContext(Context);
  if (signedIn === undefined) throw new Error('The session was used outside of SessionGate; put the component inside it.');
  return signedIn;
}

import type { TestProvider } from '../../src/server/testing/oidc-provider.js';
import type { Answer, Served } from './served-page.js';

/** How somebody came back from a provider. */
export interface WayBack {
  /** What the server answered at the end of it: with the session's cookie where it let them in. */
  readonly answer: Answer;
  /** Path and query of the way back; good once. */
  readonly back: string;
  /** What ties the way back to this browser. */
  readonly cookie: string;
}

/** The whole way of a browser: to the provider, signed in there as `provider.next` says, and back. */
export async function signInAt(provider: TestProvider, served: Pick<Served, 'visitor'>): Promise<WayBack> {
  const begun = await served.visitor().get('/sign-in/oidc');
  const cookie = begun.headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
  const { pathname, search } = await provider.signIn(begun.headers.get('location') ?? '');
  const back = `${pathname}${search}`;
  return { back, cookie, answer: await served.visitor({ cookie }).get(back) };
}

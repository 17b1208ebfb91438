/** How somebody signed in on the API or the page. */
export type SignInMethod = 'link' | 'token' | 'oidc';

/** How the server knows who somebody is; chats vouch for people who did not sign in at all. */
export type IdentityMethod = SignInMethod | 'chat';

/** Who makes a request, as the cluster names them. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
  /** Present where the cluster told one, so that it is handed on when somebody is impersonated. */
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** `link`: the person whose kubeconfig this server uses. */
  readonly method: IdentityMethod;
  /** The person's own bearer token, where there is one; without it, and without a link, they are impersonated. Never part of a log, an answer or an error. */
  readonly token?: string;
}

/** What stands in the room between two people: the same user may come with a token and with a cookie. */
export function sameIdentity(one: Identity, other: Identity): boolean {
  return identityKey(one) === identityKey(other);
}

/** A text that is the same for two identities exactly when the cluster gives them the same rights. Holds no token. */
export function identityKey({ user, groups, uid, extra, method }: Identity): string {
  return JSON.stringify([method, user, [...groups].sort(), uid ?? '', Object.entries(extra ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

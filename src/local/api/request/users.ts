/** Who makes a request. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Users by their bearer tokens: a map, or anything that looks them up. */
export interface Users {
  get(token: string): User | undefined;
}

/** Who a request without a token comes from. */
export const anonymous: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Whom the in-process transport speaks for unless told otherwise. */
export const administrator: User = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** The groups of every ServiceAccount of a namespace. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** A user as policies and reviews show it. */
export function userInfo({ username, uid, groups, extra }: User): { username: string; uid?: string; groups: string[]; extra?: Record<string, string[]> } {
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(extra === undefined ? {} : { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) }),
  };
}

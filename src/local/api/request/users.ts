/** Who makes a request. */
export interface User {
  readonly username: string;
  readonly groups: readonly string[];
  readonly uid?: string;
}

/** Users by their bearer tokens. */
export type Users = ReadonlyMap<string, User>;

/** Who a request without a token comes from. */
export const anonymous: User = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Whom the in-process transport speaks for unless told otherwise. */
export const administrator: User = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

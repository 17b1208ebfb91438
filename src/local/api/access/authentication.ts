import type { Clock } from '../../../ports/clock.js';
import type { Random } from '../../../ports/random.js';
import { serviceAccountGroups, type User, type Users } from '../request/users.js';
import type { Store } from '../store.js';
import { newUid } from '../writes/identity.js';
import { API_AUDIENCE, readToken, signToken, type TokenClaims, type TokenReference } from './service-account-token.js';

const KEY_BYTES = 32;

/** What a token must be for, and is for. */
export interface Identified {
  readonly user: User;
  readonly audiences: readonly string[];
}

/** Tells who has a bearer token: users by name, and ServiceAccounts by tokens that are issued here. */
export class Authentication {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #users: Users;
  #key: Uint8Array | undefined;

  constructor({ store, clock, random, users, key }: { store: Store; clock: Clock; random: Random; users: Users; key: Uint8Array | undefined }) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#users = users;
    this.#key = key;
  }

  /** Who may come in with a token; undefined for nobody. */
  userOf(token: string): User | undefined {
    return this.identify(token, [API_AUDIENCE])?.user;
  }

  /** Whom a token speaks for, if it is for one of these audiences. */
  identify(token: string, audiences: readonly string[]): Identified | undefined {
    const known = this.#users.get(token);
    if (known !== undefined) return audiences.includes(API_AUDIENCE) ? { user: known, audiences: [API_AUDIENCE] } : undefined;
    const claims = token.split('.').length === 3 ? readToken(token, this.#signingKey()) : undefined;
    const meant = claims?.audiences.filter((audience) => audiences.includes(audience)) ?? [];
    return claims === undefined || meant.length === 0 || !this.#isGood(claims) ? undefined : { user: accountUser(claims), audiences: meant };
  }

  /** A token for a ServiceAccount, good for so many seconds from now. */
  issue(claims: Omit<TokenClaims, 'issuedAt' | 'expiresAt' | 'id'>, seconds: number): string {
    const issuedAt = Math.floor(this.#clock.now() / 1000);
    return signToken({ ...claims, issuedAt, expiresAt: issuedAt + seconds, id: newUid(this.#random) }, this.#signingKey());
  }

  #signingKey(): Uint8Array {
    this.#key ??= Uint8Array.from({ length: KEY_BYTES }, () => Math.floor(this.#random() * 256));
    return this.#key;
  }

  /** Not too old, and all that it is bound to is still there. */
  #isGood({ namespace, account, expiresAt, pod, secret }: TokenClaims): boolean {
    const there = (collection: string, reference: TokenReference | undefined): boolean => {
      if (reference === undefined) return true;
      const { metadata } = this.#store.get(collection, `${namespace}/${reference.name}`)?.object ?? {};
      return metadata?.uid === reference.uid;
    };
    return this.#clock.now() < expiresAt * 1000 && there('/serviceaccounts', account) && there('/pods', pod) && there('/secrets', secret);
  }
}

function accountUser({ namespace, account, id, pod }: TokenClaims): User {
  return {
    username: `system:serviceaccount:${namespace}:${account.name}`,
    uid: account.uid,
    groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
    extra: {
      'authentication.kubernetes.io/credential-id': [`JTI=${id}`],
      ...(pod === undefined ? {} : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid] }),
    },
  };
}

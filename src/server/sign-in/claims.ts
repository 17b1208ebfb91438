import { unauthenticated } from '../errors.js';
import type { Identity } from '../identity.js';

/** Which claims of an ID token say who somebody is; as kube-apiserver's `--oidc-*` flags. */
export interface ClaimRules {
  /** Default `sub`. */
  readonly userClaim?: string;
  /** A text or a list of texts; without it nobody has groups. */
  readonly groupsClaim?: string;
  /** Before each user name, so that a provider cannot name users of the cluster, such as `oidc:`. */
  readonly userPrefix?: string;
  readonly groupsPrefix?: string;
}

const LONGEST_NAME = 512;
const MOST_GROUPS = 1_000;

/**
 * Who somebody is by the claims of a token that was checked. Names that the cluster keeps for itself (`system:…`) are refused, and
 * an e-mail address counts only where the provider does not say that it is unverified.
 * @throws HttpError 401
 */
export function identityOfClaims(claims: Readonly<Record<string, unknown>>, rules: ClaimRules): Identity {
  const { userClaim = 'sub', groupsClaim, userPrefix = '', groupsPrefix = '' } = rules;
  const name = claims[userClaim];
  if (typeof name !== 'string' || name === '') throw unauthenticated(`The provider's token has no claim "${userClaim}": have it sent, or name another claim.`);
  if (userClaim === 'email' && 'email_verified' in claims && claims['email_verified'] !== true) throw unauthenticated('The provider does not vouch for your e-mail address: have it verified there.');
  const user = `${userPrefix}${name}`;
  const groups = (groupsClaim === undefined ? [] : textsOf(claims[groupsClaim])).map((group) => `${groupsPrefix}${group}`);
  if (!isNameable(user)) throw unauthenticated('The provider\'s name for you cannot be used on a cluster: it is too long, begins with "system:", or holds characters that are none.');
  return {
    user,
    // Impersonated people are in this group by themselves, so that questions about them have to name it.
    groups: [...new Set(groups.filter(isNameable).slice(0, MOST_GROUPS)), 'system:authenticated'],
    method: 'oidc',
  };
}

/** Whether a name may stand in a header to the cluster, whose bytes arrive as they were meant only in ASCII. */
const isNameable = (name: string): boolean => name.length <= LONGEST_NAME && !name.startsWith('system:') && name.trim() === name && /^[\x20-\x7e]+$/.test(name);

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}

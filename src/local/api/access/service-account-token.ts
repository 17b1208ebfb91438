import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../../../kubernetes/json.js';

/** Whom tokens are for unless they say otherwise, and who issues them. */
export const API_AUDIENCE = 'https://kubernetes.default.svc';

/** An object that a token lives no longer than. */
export interface TokenReference {
  readonly name: string;
  readonly uid: string;
}

/** What a token of a ServiceAccount says; times are seconds since the epoch. */
export interface TokenClaims {
  readonly namespace: string;
  readonly account: TokenReference;
  readonly audiences: readonly string[];
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Names the token. */
  readonly id: string;
  readonly pod?: TokenReference;
  readonly secret?: TokenReference;
}

const HEADER = encoded({ alg: 'HS256', typ: 'JWT' });

/** A signed JSON Web Token with the claims that the real server writes. */
export function signToken(claims: TokenClaims, key: Uint8Array): string {
  const { namespace, account, audiences, issuedAt, expiresAt, id, pod, secret } = claims;
  const bound = { namespace, serviceaccount: account, ...(pod === undefined ? {} : { pod }), ...(secret === undefined ? {} : { secret }) };
  const payload = {
    ...{ aud: audiences, exp: expiresAt, iat: issuedAt, iss: API_AUDIENCE, jti: id, nbf: issuedAt },
    'kubernetes.io': bound,
    sub: `system:serviceaccount:${namespace}:${account.name}`,
  };
  const content = `${HEADER}.${encoded(payload)}`;
  return `${content}.${signature(content, key)}`;
}

/** @returns undefined for what is no such token, or was signed with another key; it may have expired */
export function readToken(token: string, key: Uint8Array): TokenClaims | undefined {
  const [header = '', payload = '', given = '', ...rest] = token.split('.');
  if (header !== HEADER || rest.length > 0) return undefined;
  const wanted = Buffer.from(signature(`${header}.${payload}`, key));
  const sent = Buffer.from(given);
  if (wanted.length !== sent.length || !timingSafeEqual(wanted, sent)) return undefined;
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return isRecord(claims) ? toClaims(claims) : undefined;
}

function toClaims({ aud, exp, iat, jti, 'kubernetes.io': bound }: Record<string, unknown>): TokenClaims | undefined {
  if (!isRecord(bound) || typeof bound['namespace'] !== 'string' || typeof exp !== 'number' || typeof iat !== 'number') return undefined;
  const account = toReference(bound['serviceaccount']);
  const [pod, secret] = [toReference(bound['pod']), toReference(bound['secret'])];
  if (account === undefined || !Array.isArray(aud)) return undefined;
  return {
    ...{ namespace: bound['namespace'], account, audiences: aud.map(String), issuedAt: iat, expiresAt: exp, id: String(jti) },
    ...(pod === undefined ? {} : { pod }),
    ...(secret === undefined ? {} : { secret }),
  };
}

function toReference(value: unknown): TokenReference | undefined {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['uid'] === 'string' ? { name: value['name'], uid: value['uid'] } : undefined;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(content: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(content).digest('base64url');
}

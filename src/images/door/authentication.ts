import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { senders, type SenderName } from '../senders/senders.js';
import type { Proof, WebhookCredentials } from './credentials.js';

/** What a request shows. */
export interface Shown {
  readonly sender: SenderName;
  /** Of a header, by its name in small letters. */
  readonly header: (name: string) => string | undefined;
  /** The value of `token` in the query. */
  readonly queryToken?: string | undefined;
  readonly body: Buffer;
}

/** Whether a request is from whom it says; `user` is a name that it proved, where it proved one. */
export type Authentication = { readonly ok: true; readonly user?: string } | { readonly ok: false; readonly why: string };

/** Checks what a request shows; takes as long for a wrong secret as for a right one. */
export function authenticate(shown: Shown, credentials: WebhookCredentials): Authentication {
  const { sender, header } = shown;
  const proof: Proof = credentials.senders?.[sender] ?? credentials;
  if (proof.basic === undefined && proof.token === undefined && proof.hmac === undefined) {
    return { ok: false, why: `no credentials for webhooks of ${sender} are set up, so none are taken; name a Secret with --webhook-secret` };
  }
  const signedIn = senders[sender].signature;
  const signature = signedIn === undefined ? undefined : header(signedIn);
  // A signature that is wrong is forged or of another body, whatever else is shown.
  if (signature !== undefined && proof.hmac !== undefined) {
    if (isSignature(signature, shown.body, proof.hmac)) return { ok: true };
    if (proof.token === undefined || !same(signature, proof.token)) return { ok: false, why: 'the signature does not fit the body; both sides need the same secret' };
    return { ok: true };
  }
  if (signature !== undefined && proof.token !== undefined && same(signature, proof.token)) return { ok: true };
  const authorization = header('authorization') ?? '';
  const [, encoded] = /^Basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(authorization) ?? [];
  if (encoded !== undefined && proof.basic !== undefined) {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    const [name, password] = [same(text.slice(0, Math.max(0, colon)), proof.basic.username), same(text.slice(colon + 1), proof.basic.password)];
    return colon > 0 && name && password ? { ok: true, user: proof.basic.username } : { ok: false, why: 'the user name or the password is wrong' };
  }
  const token = shown.queryToken ?? (authorization === '' ? undefined : authorization.replace(/^Bearer\s+/i, ''));
  if (token !== undefined && proof.token !== undefined) return same(token, proof.token) ? { ok: true } : { ok: false, why: 'the token is wrong' };
  return { ok: false, why: `the request shows no credentials; send ${wanted(proof, signedIn)}` };
}

/** `sha256=HEX`, or HEX alone. */
function isSignature(signature: string, body: Buffer, key: string): boolean {
  const given = signature.startsWith('sha256=') ? signature.slice('sha256='.length) : signature;
  return same(given.toLowerCase(), createHmac('sha256', key).update(body).digest('hex'));
}

/** Compares hashes, which are of one length, so that not even the length of a secret shows. */
function same(given: string, wantedText: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
  return timingSafeEqual(hash(given), hash(wantedText));
}

function wanted({ basic, token, hmac }: Proof, signedIn: string | undefined): string {
  const ways = [
    ...(basic === undefined ? [] : ['a user name and a password (Basic)']),
    ...(token === undefined ? [] : ['a token (Bearer, or ?token=)']),
    ...(hmac === undefined || signedIn === undefined ? [] : [`a signature (${signedIn})`]),
  ];
  return ways.length === 0 ? 'a token or a password, since this sender cannot sign' : ways.join(' or ');
}

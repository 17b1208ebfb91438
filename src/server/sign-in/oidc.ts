import { isIP } from 'node:net';
import * as client from 'openid-client';
import type { Clock } from '../../ports/clock.js';
import { HttpError, invalid, unauthenticated, unavailable } from '../errors.js';
import type { Identity } from '../identity.js';
import { fingerprint, randomSecret } from '../security/secrets.js';
import { identityOfClaims, type ClaimRules } from './claims.js';

/** An OpenID Connect provider that people sign in at. */
export interface OidcOptions extends ClaimRules {
  /** HTTPS; HTTP on loopback only. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent for a public client. */
  readonly clientSecret?: string;
  /** Default: `openid profile email`. */
  readonly scopes?: readonly string[];
  /** What the button says. */
  readonly name?: string;
  /**
   * True where the cluster takes ID tokens of this provider and client itself: then people act with their own, and the cluster says
   * who they are. Else claims say it, and people are impersonated.
   */
  readonly knownToCluster?: boolean;
}

/** What comes back from a provider. */
export interface OidcAnswer {
  /** By claims; undefined where the cluster is to say it. */
  readonly identity: Identity | undefined;
  readonly idToken: string;
  /** When the ID token ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly until: number;
}

/** How long somebody may take at the provider, in milliseconds. */
const ATTEMPT_LENGTH = 600_000;
const MOST_ATTEMPTS = 5_000;

/** @throws Error for an issuer or client that cannot be used, before anything listens */
export function checkOidc({ issuer, clientId }: OidcOptions): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))) {
    throw new Error(`the OIDC issuer "${issuer}" is no https URL: write it as the provider does in "issuer" of its /.well-known/openid-configuration`);
  }
  if (clientId === '') throw new Error('the OIDC client id is empty: use the one that the provider gave this server');
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** Sign-in at a provider: authorization code with PKCE, state and nonce; ID tokens are checked with the provider's keys. */
export class OidcSignIn {
  readonly #options: OidcOptions;
  readonly #clock: Clock;
  readonly #redirectUri: string;
  #configuration: Promise<client.Configuration> | undefined;
  /** By fingerprint of the cookie's value. */
  readonly #attempts = new Map<string, Attempt>();

  /** @param redirectUri where the provider sends people back to: has to be registered there */
  constructor(options: OidcOptions, redirectUri: string, clock: Clock) {
    checkOidc(options);
    this.#options = options;
    this.#clock = clock;
    this.#redirectUri = redirectUri;
  }

  /** @returns where to send the browser, and the value of the cookie that ties the way back to it. @throws HttpError 503 */
  async begin(): Promise<{ readonly url: string; readonly cookie: string }> {
    const configuration = await this.#configured();
    const attempt = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier(), until: this.#clock.now() + ATTEMPT_LENGTH };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirectUri,
      scope: (this.#options.scopes ?? ['openid', 'profile', 'email']).join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
      state: attempt.state,
      nonce: attempt.nonce,
    });
    const cookie = randomSecret();
    this.#attempts.set(fingerprint(cookie), attempt);
    for (const oldest of this.#attempts.keys()) {
      if (this.#attempts.size <= MOST_ATTEMPTS) break;
      this.#attempts.delete(oldest);
    }
    return { url: url.href, cookie };
  }

  /**
   * The way back. An attempt is good once, whatever comes of it.
   * @param query of the request that the provider sent the browser on to
   * @throws HttpError 400 for a way back that this server did not begin, 401 where the provider or its token says no, 503
   */
  async finish(cookie: string | undefined, query: string): Promise<OidcAnswer> {
    const key = fingerprint(cookie ?? '');
    const attempt = this.#attempts.get(key);
    this.#attempts.delete(key);
    if (attempt === undefined || attempt.until <= this.#clock.now()) throw invalid('This sign-in was not begun in this browser, or took longer than ten minutes: begin again.');
    const configuration = await this.#configured();
    const url = new URL(this.#redirectUri);
    url.search = query;
    try {
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: attempt.verifier,
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || tokens.id_token === undefined) throw unauthenticated('The provider sent no ID token: allow the scope "openid" for this client.');
      const identity = this.#options.knownToCluster === true ? undefined : identityOfClaims(claims, this.#options);
      return { identity, idToken: tokens.id_token, expiresAt: claims.exp * 1_000 };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Asked for once it is needed, and again after a failure: a provider that is down must not keep this server from starting. */
  #configured(): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret } = this.#options;
    const url = new URL(issuer);
    const authentication = clientSecret === undefined ? client.None() : secretAuthentication(clientSecret);
    const extras = [client.enableNonRepudiationChecks, ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : [])];
    this.#configuration ??= client.discovery(url, clientId, {}, authentication, { execute: extras, timeout: 10 });
    return this.#configuration.catch((error: unknown) => {
      this.#configuration = undefined;
      throw unavailable(`The sign-in provider cannot be reached (${causeOf(error)}): try again, or tell who runs this server.`);
    });
  }
}

/** As the provider says that it takes the secret; what it need not say is Basic (OpenID Connect Discovery 1.0, section 3). */
function secretAuthentication(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, metadata, body, headers) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (taken.includes('client_secret_basic') ? basic : post)(server, metadata, body, headers);
  };
}

/** What went wrong between provider and server; never a code or a token. */
function refusalOf(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof client.AuthorizationResponseError) {
    return unauthenticated(error.error === 'access_denied' ? 'The provider did not let you in: ask who manages it.' : `The provider refused the sign-in (${causeOf(error)}): begin again.`);
  }
  if (error instanceof client.ResponseBodyError) return unauthenticated(`The provider refused this server (${causeOf(error)}): begin again, or check its client id, secret and redirect URI there.`);
  return unauthenticated(`The provider's answer does not hold (${causeOf(error)}): begin again.`);
}

/** The code of an error of OAuth or of the library: a word, no content. */
function causeOf(error: unknown): string {
  const fields: readonly unknown[] = error instanceof Error ? ['error' in error ? error.error : undefined, 'code' in error ? error.code : undefined, error.name] : [];
  return fields.find((each): each is string => typeof each === 'string' && /^[\w.-]{1,60}$/.test(each)) ?? 'unknown reason';
}

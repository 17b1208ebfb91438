import type { Provider as ProviderSpec } from '../../../../frontends/argo/kinds/metrics.js';
import type { Requester } from '../../../../metrics/requesting/requester.js';
import type { Clock } from '../../../../ports/clock.js';
import { NotMeasured } from './provider.js';
import { objectInJson } from './json-text.js';

type Authentication = NonNullable<NonNullable<ProviderSpec['web']>['authentication']>;
type OAuth = NonNullable<Authentication['oauth2']>;

interface Token {
  readonly text: string;
  /** By the monotonic clock, in milliseconds. */
  readonly until: number;
}

/** A token is asked for anew so long before it ends, in milliseconds. */
const EARLY = 10_000;
/** How long a token lasts of which nothing is said, in milliseconds. */
const UNSAID = 60_000;
const MOST_TOKENS = 100;
const TIMEOUT = 10_000;

/** Names and passwords, and tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4), which are kept while they last. */
export class Accesses {
  readonly #requester: Requester;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Token>();

  constructor(requester: Requester, clock: Clock) {
    this.#requester = requester;
    this.#clock = clock;
  }

  /**
   * The headers that are sent with a request. @param secrets takes in what of them must never be told
   * @throws NotMeasured, NoReading when no token is given
   */
  async headersFor({ basicAuth, oauth2 }: Authentication = {}, secrets: Set<string>, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    if ((oauth2?.tokenUrl ?? '') !== '' && oauth2) {
      const token = await this.#token(oauth2, secrets, signal);
      secrets.add(token);
      return { authorization: `Bearer ${token}` };
    }
    const { username = '', password = '' } = basicAuth ?? {};
    if (username === '' && password === '') return {};
    const encoded = basic(username, password);
    for (const secret of [encoded, password]) if (secret !== '') secrets.add(secret);
    return { authorization: `Basic ${encoded}` };
  }

  /** Whoever was asked did not take it. */
  doubt({ oauth2 }: Authentication = {}): void {
    if (oauth2) this.#tokens.delete(keyOf(oauth2));
  }

  async #token(oauth2: OAuth, secrets: Set<string>, signal: AbortSignal): Promise<string> {
    const key = keyOf(oauth2);
    const now = this.#clock.monotonic();
    for (const [each, { until }] of this.#tokens) if (until <= now) this.#tokens.delete(each);
    const known = this.#tokens.get(key);
    if (known) return known.text;
    if ((oauth2.clientSecret ?? '') !== '') secrets.add(oauth2.clientSecret ?? '').add(basic(encodeURIComponent(oauth2.clientId ?? ''), encodeURIComponent(oauth2.clientSecret ?? '')));
    // Servers take one way or the other; the header is the one that all have to know.
    const token = (await this.#ask(oauth2, true, [...secrets], signal)) ?? (await this.#ask(oauth2, false, [...secrets], signal));
    if (!token) throw new NotMeasured(`${placeOf(oauth2.tokenUrl ?? '')} gave no token`);
    if (this.#tokens.size >= MOST_TOKENS) this.#tokens.delete([...this.#tokens.keys()][0] ?? '');
    this.#tokens.set(key, token);
    return token.text;
  }

  /** @returns undefined when it is refused */
  async #ask({ tokenUrl = '', clientId = '', clientSecret = '', scopes = [] }: OAuth, inHeader: boolean, secrets: readonly string[], signal: AbortSignal): Promise<Token | undefined> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}), ...(inHeader ? {} : { client_id: clientId, client_secret: clientSecret }) });
    const { status, text } = await this.#requester.ask({
      url: tokenUrl, method: 'POST', body: body.toString(), timeout: TIMEOUT, within: 0, repeatable: false, secrets,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...(inHeader ? { authorization: `Basic ${basic(encodeURIComponent(clientId), encodeURIComponent(clientSecret))}` } : {}) },
    }, signal);
    if (status === 400 || status === 401) return undefined;
    const answer = status >= 200 && status < 300 ? objectInJson(text) : undefined;
    const token = answer?.['access_token'];
    // What it says instead may hold a token.
    if (typeof token !== 'string' || token === '') throw new NotMeasured(`${placeOf(tokenUrl)} answered ${status} without a token`);
    const seconds = Number(answer?.['expires_in'] ?? NaN);
    return { text: token, until: this.#clock.monotonic() + (Number.isFinite(seconds) ? Math.max(0, seconds * 1000 - EARLY) : UNSAID) };
  }
}

const keyOf = ({ tokenUrl, clientId, clientSecret, scopes }: OAuth): string => JSON.stringify([tokenUrl, clientId, clientSecret, scopes]);
const basic = (name: string, password: string): string => Buffer.from(`${name}:${password}`, 'utf8').toString('base64');
const placeOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'the token URL');

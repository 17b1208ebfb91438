import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { Clock } from '../../ports/clock.js';
import { ShortCache } from '../access/short-cache.js';
import { reviews } from '../access/reviews.js';
import { forbidden } from '../errors.js';
import type { Identity } from '../identity.js';
import { fingerprint } from '../security/secrets.js';

/** How long the cluster's word on a token is believed, in milliseconds: a token that was withdrawn works that long. */
const GOOD_FOR = 30_000;
const BAD_FOR = 10_000;
const MOST = 2_000;
/** No token is longer; who sends more is not asked about. */
const LONGEST_TOKEN = 16_384;

/** Who holds a bearer token of the cluster, by TokenReview. */
export class Tokens {
  readonly #client: ClusterClient;
  readonly #known: ShortCache<Identity | undefined>;

  /** @param client may create TokenReviews */
  constructor(client: ClusterClient, clock: Clock) {
    this.#client = client;
    this.#known = new ShortCache(clock, MOST);
  }

  /** Whether the next `identify` asks nobody. */
  knows(token: string): boolean {
    return this.#known.has(fingerprint(token));
  }

  /** Undefined for a token that the cluster does not take. @throws ApiError, TransportError; HttpError 403 where this server may not ask */
  identify(token: string): Promise<Identity | undefined> {
    if (token === '' || token.length > LONGEST_TOKEN || !/^[\x21-\x7e]+$/.test(token)) return Promise.resolve(undefined);
    return this.#known.get(fingerprint(token), (found) => (found === undefined ? BAD_FOR : GOOD_FOR), () => this.#review(token));
  }

  async #review(token: string): Promise<Identity | undefined> {
    try {
      const { status } = await this.#client.create(reviews.tokens, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: { name: '' }, spec: { token } });
      const { username = '', groups = [], uid, extra } = status?.user ?? {};
      if (status?.authenticated !== true || username === '') return undefined;
      return { user: username, groups, method: 'token', token, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) };
    } catch (error) {
      if (!isForbidden(error)) throw error;
      throw forbidden('This server may not ask the cluster about tokens: give it the right to create tokenreviews.authentication.k8s.io, or sign in another way.');
    }
  }
}

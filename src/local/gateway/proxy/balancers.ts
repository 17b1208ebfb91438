import { createHash } from 'node:crypto';
import type { Random } from '../../../ports/random.js';
import type { Cluster } from '../configuration/clusters.js';
import type { HashKey } from '../configuration/destination-rules.js';
import type { Endpoint } from '../configuration/endpoints.js';
import { endpointKeyOf, readSessionCookie, type SessionAffinity } from '../configuration/session-affinity.js';
import { cookieValue, queryParameter, type RoutedRequest } from '../configuration/request.js';

/** Picks an endpoint by the cluster's rule, avoiding those in `avoid` while there are others. */
export function pickEndpoint(cluster: Cluster, request: RoutedRequest, random: Random, avoid: readonly Endpoint[] = []): Endpoint | undefined {
  const others = avoid.length === 0 ? cluster.endpoints : cluster.endpoints.filter((endpoint) => !avoid.includes(endpoint));
  const candidates = others.length === 0 ? cluster.endpoints : others;
  if (candidates.length <= 1) return candidates[0];
  switch (cluster.balancing.kind) {
    case 'random':
      return pickRandom(candidates, random);
    case 'round-robin':
      return candidates[cluster.turn++ % candidates.length];
    case 'least-request':
      return leastOfTwo(candidates, random);
    case 'hash': {
      const value = hashedValue(cluster.balancing.key, request);
      return value === undefined ? pickRandom(candidates, random) : highestScore(candidates, value);
    }
    case 'session':
      return boundEndpoint(cluster.balancing.session, candidates, request) ?? pickRandom(candidates, random);
  }
}

/** The endpoint that the session cookie of a request means; undefined when it has none, or when that endpoint is not there. */
export function boundEndpoint(session: SessionAffinity, endpoints: readonly Endpoint[], request: RoutedRequest): Endpoint | undefined {
  const { endpoint: key } = readSessionCookie(request.header('cookie'), session.cookieName);
  if (key === undefined) return undefined;
  if (session.mode === 'balanced') return highestScore(endpoints, key);
  return endpoints.find(({ address, port }) => endpointKeyOf(session.salt, `${address}:${port}`) === key);
}

const pickRandom = (endpoints: readonly Endpoint[], random: Random): Endpoint | undefined => endpoints[Math.floor(random() * endpoints.length)];

/** As Envoy: of two drawn ones the less busy. */
function leastOfTwo(endpoints: readonly Endpoint[], random: Random): Endpoint | undefined {
  const first = Math.floor(random() * endpoints.length);
  const second = Math.floor(random() * (endpoints.length - 1));
  const a = endpoints[first];
  const b = endpoints[second >= first ? second + 1 : second];
  return a && b && b.active < a.active ? b : a;
}

/** What the hash is taken of; undefined when the request has none of it. */
export function hashedValue(key: HashKey, request: RoutedRequest): string | undefined {
  switch (key.kind) {
    case 'header':
      return request.header(key.name);
    case 'query':
      return queryParameter(request.query, key.name);
    case 'address':
      return request.remoteAddress;
    case 'cookie':
      return cookieValue(request.header('cookie'), key.name);
  }
}

/** Rendezvous hashing on any text: when an endpoint goes, only what it had moves. */
export function highestScore(endpoints: readonly Endpoint[], value: string): Endpoint | undefined {
  let best: Endpoint | undefined;
  let bestScore = -1;
  for (const endpoint of endpoints) {
    const score = createHash('md5').update(endpoint.key).update('\0').update(value).digest().readUIntBE(0, 6);
    if (score > bestScore) {
      best = endpoint;
      bestScore = score;
    }
  }
  return best;
}

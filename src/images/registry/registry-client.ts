import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { FindAddress } from '../../cluster/loop.js';
import type { Clock } from '../../ports/clock.js';
import { DEFAULT_REGISTRY, isDigest, isTag, type RepositoryPlace } from '../matching/image-reference.js';
import { parseChallenge, type Challenge } from './challenge.js';
import type { RegistryLogin } from './docker-config.js';
import { RegistryProblem } from './registry-problem.js';
import { createRegistryRequest, type RegistryAnswer } from './registry-request.js';

/** Which repository is asked, how, and by whom. */
export interface RegistryAccess extends RepositoryPlace {
  /** Plain HTTP. */
  readonly insecure: boolean;
  readonly login?: RegistryLogin | undefined;
}

/** Asks registries by the Registry HTTP API v2 (OCI distribution-spec). All throw RegistryProblem where there is no answer. */
export interface RegistryClient {
  /** All tags of a repository, in the order of the registry. */
  tags(access: RegistryAccess, signal: AbortSignal): Promise<string[]>;
  /** The digest of what a tag names; undefined where there is no such tag. */
  digest(access: RegistryAccess, tag: string, signal: AbortSignal): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** So many tags are asked for at once, and so many pages are read. */
const PAGE = 1000;
const MOST_PAGES = 50;
/** Of one machine's image and of those of several, in Docker's words and OCI's. */
const MANIFESTS = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'].join(', ');
/** A token is good for so long where its giver does not say, in seconds (distribution.github.io, "Token Authentication"). */
const TOKEN_SECONDS = 60;

const Tags = Type.Object({ tags: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])) });
const Token = Type.Object({ token: Type.Optional(Type.String()), access_token: Type.Optional(Type.String()), expires_in: Type.Optional(Type.Number()) });

interface Authorization {
  readonly header: string;
  /** By the clock that never jumps, in milliseconds. */
  readonly until: number;
}

/** Whoever makes it stops it. */
export function createRegistryClient({ clock, findAddress }: { readonly clock: Clock; readonly findAddress?: FindAddress | undefined }): RegistryClient {
  const { send, stop } = createRegistryRequest(clock, findAddress);
  const authorizations = new Map<string, Authorization>();

  const ask = async (access: RegistryAccess, method: 'GET' | 'HEAD', path: string, accept: string, signal: AbortSignal): Promise<RegistryAnswer> => {
    const url = new URL(path, baseOf(access));
    const key = keyOf(access);
    const known = authorizations.get(key);
    const headers = known && known.until > clock.monotonic() ? { authorization: known.header } : {};
    const first = await send(method, url, { accept, ...headers }, signal);
    if (first.status !== 401) return first;
    const challenge = parseChallenge(first.header('www-authenticate'));
    if (!challenge) throw new RegistryProblem(`${url.host} asks for credentials in a way that is not known here`);
    const authorization = await authorize(access, challenge, signal);
    authorizations.set(key, authorization);
    if (authorizations.size > 1000) authorizations.delete([...authorizations.keys()][0] ?? '');
    return send(method, url, { accept, authorization: authorization.header }, signal);
  };

  const authorize = async (access: RegistryAccess, challenge: Challenge, signal: AbortSignal): Promise<Authorization> => {
    const { login, registry } = access;
    if (challenge.scheme === 'basic') {
      if (!login) throw new RegistryProblem(`${registry} asks for a user name and a password; name a Secret under poll.secret`);
      return { header: basicOf(login), until: Number.POSITIVE_INFINITY };
    }
    if (!URL.canParse(challenge.realm)) throw new RegistryProblem(`${registry} gives tokens at no URL`);
    const realm = new URL(challenge.realm);
    // Whoever answers in the registry's place must not be given the password in the clear.
    if (realm.protocol !== 'https:' && !(access.insecure && realm.protocol === 'http:')) throw new RegistryProblem(`${registry} gives tokens at ${realm.origin}, which is not encrypted; where that is meant, write poll: {insecure: true}`);
    if (challenge.service !== undefined) realm.searchParams.set('service', challenge.service);
    realm.searchParams.set('scope', challenge.scope ?? `repository:${access.path}:pull`);
    const answer = await send('GET', realm, { accept: 'application/json', ...(login ? { authorization: basicOf(login) } : {}) }, signal);
    if (answer.status !== 200) throw refused(answer, realm.host, login ? 'gives no token for this login; look at the Secret under poll.secret' : 'gives no token without a login; name a Secret under poll.secret', clock.now());
    const token = jsonOf(answer, Token, realm.host);
    const text = token.token ?? token.access_token;
    if (text === undefined) throw new RegistryProblem(`${realm.host} answers without a token`);
    // A little early, so that none runs out on its way.
    return { header: `Bearer ${text}`, until: clock.monotonic() + 900 * Math.max(TOKEN_SECONDS, token.expires_in ?? TOKEN_SECONDS) };
  };

  return {
    async tags(access, signal) {
      const list = `/v2/${access.path}/tags/list`;
      const tags: string[] = [];
      let path: string | undefined = `${list}?n=${PAGE}`;
      for (let page = 0; path !== undefined; page++) {
        const answer = await ask(access, 'GET', path, 'application/json', signal);
        if (answer.status !== 200) throw problemOf(answer, access, clock.now());
        tags.push(...(jsonOf(answer, Tags, access.registry).tags ?? []).filter(isTag));
        if (page + 1 >= MOST_PAGES && answer.header('link') !== undefined) throw new RegistryProblem(`${access.registry}/${access.path} has more than ${MOST_PAGES * PAGE} tags; delete old ones, or rely on webhooks`);
        path = nextPage(answer.header('link'), list, baseOf(access));
      }
      return tags;
    },
    async digest(access, tag, signal) {
      const path = `/v2/${access.path}/manifests/${tag}`;
      const answer = await ask(access, 'HEAD', path, MANIFESTS, signal);
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw problemOf(answer, access, clock.now());
      const digest = answer.header('docker-content-digest');
      if (digest !== undefined && isDigest(digest)) return digest;
      const whole = await ask(access, 'GET', path, MANIFESTS, signal);
      if (whole.status !== 200) throw problemOf(whole, access, clock.now());
      return `sha256:${createHash('sha256').update(whole.body).digest('hex')}`;
    },
    stop,
  };
}

/** Docker's registry is asked at another host than the one that names it. */
const baseOf = ({ registry, insecure }: RegistryAccess): string => `${insecure ? 'http' : 'https'}://${registry === DEFAULT_REGISTRY ? 'registry-1.docker.io' : registry}`;

const keyOf = ({ registry, path, insecure, login }: RegistryAccess): string => createHash('sha256').update(JSON.stringify([registry, path, insecure, login])).digest('hex');

const basicOf = ({ username, password }: RegistryLogin): string => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

function jsonOf<T extends typeof Tags | typeof Token>(answer: RegistryAnswer, schema: T, host: string): ReturnType<typeof Value.Parse<T>> {
  try {
    return Value.Parse(schema, JSON.parse(answer.body.toString('utf8')));
  } catch {
    throw new RegistryProblem(`${host} answers with what is not of this protocol`);
  }
}

/** RFC 8288; only a page of the same list of the same registry is read. */
function nextPage(link: string | undefined, list: string, base: string): string | undefined {
  const [, target] = /<([^>]*)>\s*;[^,]*rel="?next"?/i.exec(link ?? '') ?? [];
  if (target === undefined || !URL.canParse(target, base)) return undefined;
  const url = new URL(target, base);
  return url.origin === new URL(base).origin && url.pathname === list ? `${url.pathname}${url.search}` : undefined;
}

function problemOf(answer: RegistryAnswer, { registry, path, login }: RegistryAccess, now: number): RegistryProblem {
  switch (answer.status) {
    case 401:
    case 403:
      return new RegistryProblem(`${registry} does not let ${login ? 'this login' : 'anybody without a login'} read ${path}; ${login ? 'look at' : 'name'} the Secret under poll.secret`);
    case 404:
      return new RegistryProblem(`${registry} has no repository ${path}; push an image, or correct the name`);
    default:
      return refused(answer, registry, `answers ${answer.status}`, now);
  }
}

function refused(answer: RegistryAnswer, host: string, words: string, now: number): RegistryProblem {
  const header = answer.header('retry-after');
  const seconds = header === undefined ? Number.NaN : /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  const wait = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 86_400) * 1000 : undefined;
  return new RegistryProblem(answer.status === 429 ? `${host} wants to be asked less often` : `${host} ${words}`, wait);
}

import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { isIPv6, type AddressInfo } from 'node:net';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Logger } from 'pino';
import type { ClusterClient } from '../cluster/client.js';
import type { Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import type { Audit } from './audit.js';
import type { CallbackDoor } from '../notifications/callbacks/callback.js';
import { doorRoutes, type WebhookDoor } from './doors.js';
import { errorAnswer } from './error-answer.js';
import { httpErrorOf, invalid } from './errors.js';
import type { Identity } from './identity.js';
import { documentRoute } from './openapi/document-route.js';
import { readStaticFiles } from './page/static-files.js';
import { resourceRoutes } from './resources/routes.js';
import { createRights } from './rights.js';
import type { Route, RouteModule, RouteParts } from './route.js';
import { securityHeaders } from './security/headers.js';
import { hostCheck } from './security/hosts.js';
import { RateLimit, type Rate } from './security/rate-limit.js';
import { StreamPlaces } from './security/stream-places.js';
import { createApp } from './serving/create-app.js';
import { cookieJar } from './sign-in/cookies.js';
import { Guesses } from './sign-in/guesses.js';
import { Links } from './sign-in/links.js';
import { OidcSignIn, type OidcOptions } from './sign-in/oidc.js';
import { signInRoutes } from './sign-in/routes.js';
import { Sessions } from './sign-in/sessions.js';
import { Tokens } from './sign-in/tokens.js';

/** How people may sign in; none of them is on by itself. */
export interface SignInOptions {
  /** By a one-time link, always as the same person. */
  readonly link?: {
    readonly identity: Identity;
    /** At least 32 random bytes, by which others (`makeLinkCode`) make links too; absent: links come only from `signInLink`. */
    readonly key?: Uint8Array;
  };
  /** By a bearer token of the cluster, on the page and on the API. */
  readonly token?: boolean;
  readonly oidc?: OidcOptions;
}

export interface ServerLimits {
  readonly perAddress: Rate;
  readonly perPerson: Rate;
  /** Wrong tokens, codes and passwords by address. */
  readonly guesses: Rate;
  /** Open at once. */
  readonly streamsPerPerson: number;
}

/** Fifty people behind one address, and a page that reloads all it shows. */
const LIMITS: ServerLimits = { perAddress: { perSecond: 100, burst: 500 }, perPerson: { perSecond: 40, burst: 200 }, guesses: { perSecond: 0.2, burst: 20 }, streamsPerPerson: 30 };

export interface ServerOptions {
  /** The server's own. */
  readonly client: ClusterClient;
  /** The cluster as that person; see `clusterClients`. */
  readonly clientOf: (identity: Identity) => ClusterClient;
  readonly signIn: SignInOptions;
  readonly webhooks?: WebhookDoor;
  readonly callbacks?: CallbackDoor;
  readonly listen: { readonly host: string; /** 0 for a free one. */ readonly port: number; /** PEM. */ readonly tls?: { readonly cert: string; readonly key: string } };
  /** Where people reach it, when that is not where it listens; no path. */
  readonly publicUrl?: string;
  /** More names in `Host` that are answered. */
  readonly hosts?: readonly string[];
  /** Whether a proxy stands before it, whose entry in `X-Forwarded-For` is believed. */
  readonly trustProxy?: boolean;
  readonly limits?: Partial<ServerLimits>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told of every change, sign-in and refusal; see `auditTo`. */
  readonly audit: Audit;
  /** Folder of the built page; absent: there is only the API. */
  readonly pageDirectory?: string;
  /** The one namespace that is shown; all when absent. */
  readonly namespace?: string;
  /** Of this program, as people are told. */
  readonly version?: string;
  /** What is served beside sign-in and doors. Default: everything. */
  readonly modules?: readonly ((parts: RouteParts) => RouteModule)[];
}

export interface RunningServer {
  /** Where it is reached: its public URL, else the address that it listens on. */
  readonly url: string;
  readonly port: number;
  /** Ends all connections and caches, and waits for them. */
  stop(): Promise<void>;
  /** A fresh one-time link; absent where nobody signs in by link. */
  signInLink?(): string;
}

/** How long answers that are under way may take when the server stops, in milliseconds. */
const GRACE = 2_000;

/**
 * Serves the page and the API.
 * @throws Error where an option cannot be used, the page is missing, or the address is taken
 */
export async function createServer(options: ServerOptions): Promise<RunningServer> {
  const { client, clientOf, signIn, clock, random, log, audit, listen: { tls, ...address }, publicUrl, version = 'unknown' } = options;
  checkPublicUrl(publicUrl);
  const files = options.pageDirectory === undefined ? new Map<string, never>() : await readStaticFiles(options.pageDirectory);
  const limits = { ...LIMITS, ...options.limits };
  const underWay = new Set<AbortController>();
  const server = tls === undefined ? createHttpServer(TIMEOUTS) : tlsServer(tls);
  const { port, url } = await listen(server, address, tls !== undefined, publicUrl);
  const secure = url.startsWith('https:');

  const cookies = cookieJar(secure, port);
  const [sessions, tokens, guesses] = [new Sessions(clock), new Tokens(client, clock), new Guesses(limits.guesses, clock)];
  const links = signIn.link === undefined ? undefined : { links: new Links(clock, signIn.link.key), identity: signIn.link.identity };
  const rights = createRights({ client, clientOf, clock });
  const parts: RouteParts = { client, clientOf, rights, clock, random, log, ...(options.namespace === undefined ? {} : { namespace: options.namespace }) };
  try {
    const oidc = signIn.oidc === undefined ? undefined : { provider: new OidcSignIn(signIn.oidc, `${url}/sign-in/oidc/callback`, clock), name: signIn.oidc.name ?? new URL(signIn.oidc.issuer).hostname };
    const modules = (options.modules ?? [resourceRoutes]).map((module) => module(parts));
    const takesTokens = signIn.token === true;
    const act = modules.find((module) => module.act !== undefined)?.act;
    const routes: Route[] = [
      ...signInRoutes({ sessions, tokens, takesTokens, guesses, cookies, clock, version, ...(links === undefined ? {} : { link: links }), ...(oidc === undefined ? {} : { oidc }) }),
      ...doorRoutes({ guesses, ...(options.webhooks === undefined ? {} : { webhooks: options.webhooks }), ...(options.callbacks === undefined ? {} : { callbacks: options.callbacks }), ...(act === undefined ? {} : { act }) }),
      ...modules.flatMap((module) => module.routes),
    ];
    const app = createApp({
      ...{ files, audit, clock, log, publicUrl },
      routes: [...routes, documentRoute(routes)],
      identification: { sessions, tokens, takesTokens, guesses, cookies },
      isOurHost: hostCheck({ ...(publicUrl === undefined ? {} : { publicUrl }), ...(options.hosts === undefined ? {} : { hosts: options.hosts }) }),
      perAddress: new RateLimit(limits.perAddress, clock),
      perPerson: new RateLimit(limits.perPerson, clock),
      streams: new StreamPlaces(limits.streamsPerPerson),
      trustProxy: options.trustProxy === true,
      headers: securityHeaders(secure),
      requestId: randomUUID,
      underWay,
    });
    const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: (error) => outsideOfApp(error, securityHeaders(secure), log) });
    server.on('request', (incoming, outgoing) => void answer(incoming, outgoing));
    for (const module of modules) module.start?.();
    return {
      url,
      port,
      async stop() {
        for (const each of underWay) each.abort(new Error('the server stops'));
        await Promise.all([closed(server, clock), ...modules.map((module) => module.stop?.())]);
      },
      ...(links === undefined ? {} : { signInLink: () => `${url}/sign-in?code=${links.links.make()}` }),
    };
  } catch (error) {
    server.close();
    throw error;
  }
}

/** Requests of which not even the address can be read. */
function outsideOfApp(error: unknown, headers: Readonly<Record<string, string>>, log: Logger): Response {
  const answer = error instanceof RequestError ? invalid('The address or the header Host cannot be read: look for characters that do not belong there.') : httpErrorOf(error);
  const requestId = randomUUID();
  log.warn({ requestId, err: error }, 'a request could not be read');
  return new Response(JSON.stringify(errorAnswer(answer, requestId)), { status: answer.status, headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' } });
}

const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000 } as const;

function tlsServer({ cert, key }: { readonly cert: string; readonly key: string }): Server {
  try {
    return createHttpsServer({ ...TIMEOUTS, cert, key });
  } catch (error) {
    // The library's own words may quote what it was given.
    throw new Error('the certificate or key to listen with cannot be used: give both as PEM, the certificate with its chain', { cause: error instanceof Error ? error.name : undefined });
  }
}

function checkPublicUrl(publicUrl: string | undefined): void {
  if (publicUrl === undefined) return;
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== publicUrl.replace(/\/$/, '')) {
    throw new Error(`the public URL "${publicUrl}" is not scheme, host and port alone: write it as https://serin.example.com`);
  }
}

async function listen(server: Server, { host, port }: { host: string; port: number }, tls: boolean, publicUrl: string | undefined): Promise<{ port: number; url: string }> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject('code' in error && error.code === 'EADDRINUSE' ? new Error(`${host}:${port} is taken by another program: end that one, or name another port`, { cause: error }) : error));
    server.listen({ port, ...(host === '' ? {} : { host }) }, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  // Browsers reach what listens on all addresses by the loopback one.
  const shown = host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : isIPv6(host) ? `[${host}]` : host;
  return { port: taken, url: publicUrl === undefined ? `${tls ? 'https' : 'http'}://${shown}:${taken}` : new URL(publicUrl).origin };
}

/** Streams end by the signal; whatever else takes longer than the grace is cut off. */
async function closed(server: Server, clock: Clock): Promise<void> {
  const timer = new AbortController();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    void clock.sleep(GRACE, timer.signal).then(() => server.closeAllConnections(), () => undefined);
  });
  timer.abort(new Error('closed'));
}

import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { Credential } from './credentials.js';

/** How connections to a server are made. */
export interface ConnectionOptions {
  /** Certificate authorities, PEM; the machine's own when absent. */
  readonly ca?: string;
  /** Takes any certificate. For tests and throw-away clusters. */
  readonly insecureSkipTlsVerify?: boolean;
  /** The name that the server's certificate must carry, where it is not the host's. */
  readonly tlsServerName?: string;
  /** `http://` or `https://` proxy, with `user:password@` where it asks for them. */
  readonly proxyUrl?: string;
  /** How long connecting may take, default 10 s. */
  readonly connectTimeoutMilliseconds?: number;
  /** How long a plain answer may stay silent, default 65 s: a little more than the API server's own limit. */
  readonly timeoutMilliseconds?: number;
}

/** Load balancers drop silent connections at about 60 s; probing at half of that keeps them and finds dead ones. */
const KEEP_ALIVE_PROBE = 30_000;

/**
 * The one pool of connections for a server and a client certificate. HTTP/1.1 on purpose: a watch has its connection for
 * itself, and nothing that ends one session can end them all.
 * @throws Error when the proxy's URL is of a kind that is not supported
 */
export function createDispatcher(server: URL, options: ConnectionOptions, certificate: Credential['certificate']): Dispatcher {
  const tls = {
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
    ...(options.tlsServerName === undefined ? {} : { servername: options.tlsServerName }),
    ...(certificate ?? {}),
  };
  const connect = {
    ...tls,
    timeout: options.connectTimeoutMilliseconds ?? 10_000,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_PROBE,
  };
  const timeout = options.timeoutMilliseconds ?? 65_000;
  const pool = {
    allowH2: false,
    pipelining: 1,
    headersTimeout: timeout,
    bodyTimeout: timeout,
    // Shorter than the 90 s after which the API server closes an idle connection, so that no request meets that.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 60_000,
  };
  if (options.proxyUrl === undefined) return new Agent({ ...pool, connect });

  const proxy = URL.canParse(options.proxyUrl) ? new URL(options.proxyUrl) : undefined;
  if (!proxy || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')) {
    throw new Error(`proxy of ${server.origin}: only http:// and https:// proxies are supported; check "proxy-url" and HTTPS_PROXY`);
  }
  const token = proxy.username === '' ? undefined : basic(proxy);
  proxy.username = '';
  proxy.password = '';
  return new ProxyAgent({ ...pool, uri: proxy.href, requestTls: connect, ...(token === undefined ? {} : { token }) });
}

export function sameCertificate(one: Credential['certificate'], other: Credential['certificate']): boolean {
  return one?.cert === other?.cert && one?.key === other?.key;
}

function basic({ username, password }: URL): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

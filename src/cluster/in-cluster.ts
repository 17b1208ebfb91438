import { join } from 'node:path';
import { systemClock, type Clock } from '../ports/clock.js';
import { CredentialError, fixedCredentials } from './credentials.js';
import { checkReadable, tokenFileCredentials } from './file-credentials.js';
import { createHttpTransport, type HttpTransport } from './http-transport.js';
import { proxyFor } from './proxy.js';
import { readTextFile } from './reread-file.js';

export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the service account is mounted. */
  readonly directory?: string;
  readonly clock?: Clock;
  readonly userAgent?: string;
  /** The cluster alone, without the service account's token: for whoever brings a token to each request. */
  readonly anonymous?: boolean;
}

/** Whether this process runs in a Pod that is told where its API server is. */
export function isInCluster(env: InClusterOptions['env']): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST']) && Boolean(env['KUBERNETES_SERVICE_PORT']);
}

/** The cluster that this process runs in, as its Pod's service account. @throws CredentialError */
export async function inClusterTransport(options: InClusterOptions): Promise<{ transport: HttpTransport; namespace: string; server: string }> {
  const { env, directory = '/var/run/secrets/kubernetes.io/serviceaccount' } = options;
  if (!isInCluster(env)) {
    throw new CredentialError('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no Pod; use a kubeconfig');
  }
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT']}`;
  const read = async (name: string): Promise<string> => {
    const path = join(directory, name);
    await checkReadable('service account', path);
    return readTextFile(path);
  };
  const ca = await read('ca.crt');
  const namespace = (await read('namespace').catch(() => 'default')).trim();
  const tokenPath = join(directory, 'token');
  if (options.anonymous !== true) await checkReadable('service account', tokenPath);
  const proxyUrl = proxyFor(server, env);
  const transport = createHttpTransport({
    server,
    ca,
    credentials: options.anonymous ? fixedCredentials({}) : tokenFileCredentials(tokenPath, options.clock ?? systemClock),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
  });
  return { transport, namespace: namespace === '' ? 'default' : namespace, server };
}

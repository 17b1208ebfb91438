import { systemClock, type Clock } from '../../ports/clock.js';
import { fixedCredentials } from '../credentials.js';
import { createHttpTransport, type HttpTransport } from '../http-transport.js';
import { proxyFor } from '../proxy.js';
import { readTextFile } from '../reread-file.js';
import { KubeconfigError, type Fields } from './fields.js';
import { readKubeconfig, type Environment, type Kubeconfig } from './kubeconfig-files.js';
import { credentialsOf } from './user-credentials.js';

export interface LoadKubeconfigOptions {
  readonly env: Environment;
  /** `--kubeconfig`: this file alone. */
  readonly path?: string;
  /** `--context`: instead of the current one. */
  readonly context?: string;
  readonly clock?: Clock;
  readonly userAgent?: string;
  /** A person sits at a terminal, so that an exec plugin may ask. */
  readonly interactive?: boolean;
  /** The cluster alone, without credentials: for whoever brings a token to each request. */
  readonly anonymous?: boolean;
}

/** The cluster that a kubeconfig names. */
export interface ClusterAccess {
  readonly transport: HttpTransport;
  readonly context: string;
  readonly server: string;
  /** The context's namespace, `default` when it names none. */
  readonly namespace: string;
}

/**
 * Reads the kubeconfig as kubectl does and opens nothing yet. The transport has to be stopped.
 * @throws KubeconfigError
 */
export async function loadKubeconfig(options: LoadKubeconfigOptions): Promise<ClusterAccess> {
  const clock = options.clock ?? systemClock;
  const config = await readKubeconfig(options.env, options.path);
  const name = options.context ?? config.currentContext;
  if (name === undefined) throw new KubeconfigError(`${config.files.join(', ')}: current-context is not set; choose one with --context${choices(config)}`);
  const context = config.contexts.get(name);
  if (!context) throw new KubeconfigError(`${config.files.join(', ')}: there is no context "${name}"${choices(config)}`);
  const cluster = named(config.clusters, context, 'cluster', 'clusters');
  const user = context.has('user') ? named(config.users, context, 'user', 'users') : undefined;

  const server = cluster.required('server', 'write the URL of the API server there');
  const ca = cluster.base64('certificate-authority-data') ?? (await fileOf(cluster, 'certificate-authority'));
  const tlsServerName = cluster.text('tls-server-name');
  const proxyUrl = cluster.text('proxy-url') ?? proxyFor(server, options.env);
  const insecure = cluster.flag('insecure-skip-tls-verify');
  if (insecure && ca !== undefined) {
    throw cluster.wrong('insecure-skip-tls-verify', 'cannot stand beside a certificate authority; remove one of them');
  }
  const credentials = options.anonymous ? fixedCredentials({}) : await credentialsOf(user, { cluster, clock, env: options.env, interactive: options.interactive ?? false });
  try {
    const transport = createHttpTransport({
      server,
      credentials,
      insecureSkipTlsVerify: insecure,
      ...(ca === undefined ? {} : { ca }),
      ...(tlsServerName === undefined ? {} : { tlsServerName }),
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
      ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
    });
    return { transport, context: name, server, namespace: context.text('namespace') ?? 'default' };
  } catch (error) {
    throw new KubeconfigError(`${cluster.file}: ${cluster.path}: ${error instanceof Error ? error.message : 'not usable'}`);
  }
}

function named(entries: ReadonlyMap<string, Fields>, context: Fields, field: string, list: string): Fields {
  const name = context.required(field, `name one of the ${list}`);
  const found = entries.get(name);
  if (!found) throw context.wrong(field, `names "${name}", which is not among the ${list}`);
  return found;
}

function choices({ contexts }: Kubeconfig): string {
  return contexts.size === 0 ? '; the files hold no contexts' : `; there are: ${[...contexts.keys()].join(', ')}`;
}

/** Text of the file that a field names, relative to the kubeconfig itself. */
async function fileOf(fields: Fields, name: string): Promise<string | undefined> {
  const path = fields.filePath(name);
  if (path === undefined) return undefined;
  try {
    return await readTextFile(path);
  } catch (error) {
    throw fields.wrong(name, `names ${path}, which cannot be read (${error instanceof Error ? error.message : 'unknown reason'})`);
  }
}

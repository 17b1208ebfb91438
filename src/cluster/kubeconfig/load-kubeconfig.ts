import { fixedCredentials } from '../credentials.js';
import { createHttpTransport, type HttpTransport } from '../http-transport.js';
import { proxyFor } from '../proxy.js';
import { readTextFile } from '../reread-file.js';
import { KubeconfigError, type Fields } from './fields.js';
import { readContext, type KubeconfigContextOptions } from './kubeconfig-context.js';

export interface LoadKubeconfigOptions extends KubeconfigContextOptions {
  readonly userAgent?: string;
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
  const { name, namespace, cluster, credentials: ownCredentials } = await readContext(options);
  const server = cluster.required('server', 'write the URL of the API server there');
  const ca = cluster.base64('certificate-authority-data') ?? (await fileOf(cluster, 'certificate-authority'));
  const tlsServerName = cluster.text('tls-server-name');
  const proxyUrl = cluster.text('proxy-url') ?? proxyFor(server, options.env);
  const insecure = cluster.flag('insecure-skip-tls-verify');
  if (insecure && ca !== undefined) {
    throw cluster.wrong('insecure-skip-tls-verify', 'cannot stand beside a certificate authority; remove one of them');
  }
  const credentials = options.anonymous ? fixedCredentials({}) : await ownCredentials();
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
    return { transport, context: name, server, namespace };
  } catch (error) {
    throw new KubeconfigError(`${cluster.file}: ${cluster.path}: ${error instanceof Error ? error.message : 'not usable'}`);
  }
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

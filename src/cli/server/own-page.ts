import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { callerOf } from '../../approvals/giving.js';
import { createClient } from '../../cluster/create-client.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import type { HttpTransport } from '../../cluster/http-transport.js';
import { clusterIndex } from '../../local/addresses/cluster-reservation.js';
import { doorPort } from '../../local/addresses/door-port.js';
import { clusterClients } from '../../server/access/cluster-clients.js';
import { auditTo } from '../../server/audit.js';
import { createServer, type RunningServer } from '../../server/create-server.js';
import { kubeconfigOf, type ConnectionOptions } from '../connection.js';
import { CliError, exitCodes } from '../errors.js';
import { note, type Shell } from '../shell.js';
import { imageDoor } from './image-door.js';
import { pageFolder } from './page-folder.js';
import { newLinkKey } from './page-record.js';
import { mayOneself, SEES_EVERYTHING, servesReleases } from './own-view.js';
import { explainedStart, serverLog } from './server-log.js';

/** How a person's own page is served. */
export interface OwnPageOptions extends ConnectionOptions {
  /** 0: any free one. */
  readonly port: number;
  /** The folder of the local cluster whose page this is: it is served at the cluster's own port. */
  readonly ofLocal?: string;
  readonly webhookUser?: string;
  readonly webhookPasswordFile?: string;
  readonly logLevel: string;
  /** Of this program. */
  readonly version: string;
}

/** A person's own page while it is served. */
export interface OwnPage {
  readonly url: string;
  /** Makes links that sign in; a secret. */
  readonly linkKey: Uint8Array;
  /** Who whoever signs in is to the cluster. */
  readonly user: string;
  readonly context: string;
  /** The one namespace that is shown; all when absent. */
  readonly namespace?: string;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
/** Who the API server records as owner of fields that were changed by page or API. */
export const SERVER_MANAGER = 'serin-server';

/** Serves page and API on loopback, with the identity of a person's kubeconfig. @throws CliError, KubeconfigError, ApiError */
export async function serveOwnPage(shell: Shell, options: OwnPageOptions): Promise<OwnPage> {
  const { clock, random, signal } = shell;
  const password = await webhookPassword(shell, options);
  const access = kubeconfigOf(shell, options);
  const opened: HttpTransport[] = [];
  let server: RunningServer | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await Promise.all(opened.map((transport) => transport.stop()));
  };
  try {
    const own = await loadKubeconfig(access);
    opened.push(own.transport);
    const bare = await loadKubeconfig({ ...access, anonymous: true });
    opened.push(bare.transport);
    const clientOptions = { fieldManager: SERVER_MANAGER, clock, random };
    const client = createClient(own.transport, clientOptions);
    const { username: user, groups } = await callerOf(client, { signal });
    const namespace = options.namespace ?? ((await mayOneself(client, SEES_EVERYTHING, signal)) ? undefined : own.namespace);
    if (options.ofLocal === undefined && !(await servesReleases(client, signal))) note(shell, 'This cluster does not know Serin\'s kinds yet, so there is nothing to see; put them there with: serin install');
    const linkKey = newLinkKey();
    const pageDirectory = pageFolder(shell);
    const log = serverLog(options.logLevel);
    server = await createServer({
      client,
      clientOf: clusterClients({ own: own.transport, bare: bare.transport, impersonate: false, client: clientOptions }),
      signIn: { link: { identity: { user, groups, method: 'link' }, key: linkKey }, token: true },
      listen: { host: HOST, port: await portOf(options) },
      clock, random,
      log,
      audit: auditTo(log),
      version: options.version,
      ...(pageDirectory === undefined ? {} : { pageDirectory }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(options.webhookUser === undefined || password === undefined ? {} : { webhooks: imageDoor({ client, clock, ...(namespace === undefined ? {} : { namespace }) }, { basic: { username: options.webhookUser, password } }) }),
    }).catch((error: unknown) => {
      throw explainedStart(error);
    });
    return { url: server.url, linkKey, user, context: own.context, ...(namespace === undefined ? {} : { namespace }), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The cluster's own port while nobody else has it, so that a bookmark stays good. */
async function portOf({ port, ofLocal }: OwnPageOptions): Promise<number> {
  const index = port === 0 && ofLocal !== undefined ? await clusterIndex(ofLocal) : undefined;
  return index === undefined ? port : ((await doorPort(HOST, 'page', index)) ?? 0);
}

async function webhookPassword(shell: Shell, { webhookUser, webhookPasswordFile }: OwnPageOptions): Promise<string | undefined> {
  if ((webhookUser === undefined) !== (webhookPasswordFile === undefined)) throw new CliError('--webhook-user and --webhook-password-file belong together: give both, or none.', exitCodes.usage);
  if (webhookPasswordFile === undefined) return undefined;
  const text = await readFile(resolve(shell.cwd, webhookPasswordFile), 'utf8').catch((error: unknown) => {
    throw new CliError(`--webhook-password-file: ${webhookPasswordFile} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'}).`, exitCodes.usage);
  });
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new CliError(`--webhook-password-file: ${webhookPasswordFile} is empty; write the password into it.`, exitCodes.usage);
  return password;
}

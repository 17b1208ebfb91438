import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { createClient } from '../../cluster/create-client.js';
import type { HttpTransport } from '../../cluster/http-transport.js';
import { inClusterTransport } from '../../cluster/in-cluster.js';
import { loadKubeconfig } from '../../cluster/kubeconfig/load-kubeconfig.js';
import { clusterClients } from '../../server/access/cluster-clients.js';
import { openCallbackDoor, type RunningCallbackDoor } from '../../notifications/callbacks/receive-callback.js';
import { auditTo } from '../../server/audit.js';
import { createServer, type RunningServer } from '../../server/create-server.js';
import { CliError, exitCodes } from '../errors.js';
import type { Shell } from '../shell.js';
import { credentialsIn, imageDoorOfSecret } from './image-door.js';
import { KNOWS_TOKENS, mayOneself } from './own-view.js';
import { pageFolder } from './page-folder.js';
import { SERVER_MANAGER } from './own-page.js';
import { explainedStart, serverLog } from './server-log.js';
import { serverPlan, ServerFlagsError, type ServerFlags, type ServerPlan } from './server-plan.js';

/** How a server for several people is run. */
export interface SharedServerOptions extends ServerFlags {
  readonly inCluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly watchNamespace?: string;
  /** More names by which it is reached. */
  readonly host?: readonly string[];
  readonly logLevel: string;
  /** Of this program. */
  readonly version: string;
  /** Written when it listens: the address. */
  readonly readyFile?: string;
}

/** A server while it runs. */
export interface SharedServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves page and API for several people, each with their own rights. @throws CliError, KubeconfigError, ApiError */
export async function serveTogether(shell: Shell, options: SharedServerOptions): Promise<SharedServer> {
  const { clock, random, signal } = shell;
  const plan = await checkedPlan(shell, options);
  const log = serverLog(options.logLevel);
  const opened: HttpTransport[] = [];
  let server: RunningServer | undefined;
  let chats: RunningCallbackDoor | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    await chats?.stop();
    await Promise.all(opened.map((transport) => transport.stop()));
  };
  try {
    const own = await transportOf(shell, options, false);
    opened.push(own);
    const bare = await transportOf(shell, options, true);
    opened.push(bare);
    const clientOptions = { fieldManager: SERVER_MANAGER, clock, random };
    const client = createClient(own, clientOptions);
    const tokens = await mayOneself(client, KNOWS_TOKENS, signal);
    if (!tokens && plan.oidc === undefined) {
      throw new CliError('nobody could sign in: this server may not ask the cluster who a token belongs to (create tokenreviews.authentication.k8s.io), and --oidc-issuer names nobody else to ask; give it that right, or that option.');
    }
    if (plan.webhookSecret !== undefined) await credentialsIn(client, plan.webhookSecret).catch((error: unknown) => log.warn({ why: messageOf(error) }, 'webhooks are refused for now'));
    for (const warning of plan.warnings) log.warn(warning);
    const namespace = options.watchNamespace === undefined ? {} : { namespace: options.watchNamespace };
    const parts = { client, clock, ...namespace };
    chats = plan.chats ? openCallbackDoor({ ...parts, onError: (error) => log.warn({ why: error.message }, 'somebody in a chat was not answered') }) : undefined;
    const pageDirectory = pageFolder(shell);
    const { listen: { host, port, tls }, publicUrl, oidc } = plan;
    server = await createServer({
      client,
      clientOf: clusterClients({ own, bare, impersonate: plan.impersonates, client: clientOptions }),
      signIn: { token: tokens, ...(oidc === undefined ? {} : { oidc }) },
      listen: { host, port, ...(tls === undefined ? {} : { tls }) },
      ...(publicUrl === undefined ? {} : { publicUrl }),
      trustProxy: plan.trustProxy,
      ...(options.host === undefined ? {} : { hosts: options.host }),
      clock, random, log, audit: auditTo(log), version: options.version, ...namespace,
      ...(pageDirectory === undefined ? {} : { pageDirectory }),
      ...(plan.webhookSecret === undefined ? {} : { webhooks: imageDoorOfSecret(parts, plan.webhookSecret) }),
      ...(chats === undefined ? {} : { callbacks: chats.receive }),
    }).catch((error: unknown) => {
      throw explainedStart(error);
    });
    tell(log, server, plan, tokens);
    return { url: server.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function checkedPlan(shell: Shell, options: SharedServerOptions): Promise<ServerPlan> {
  try {
    return await serverPlan(options, (path) => readFile(resolve(shell.cwd, path), 'utf8'));
  } catch (error) {
    if (error instanceof ServerFlagsError) throw new CliError(error.message, exitCodes.usage);
    throw error;
  }
}

async function transportOf({ env, clock }: Shell, { inCluster, kubeconfig, context }: SharedServerOptions, anonymous: boolean): Promise<HttpTransport> {
  const common = { env, clock, userAgent: 'serin-server', anonymous };
  if (inCluster === true) return (await inClusterTransport(common)).transport;
  return (await loadKubeconfig({ ...common, ...(kubeconfig === undefined ? {} : { path: kubeconfig }), ...(context === undefined ? {} : { context }) })).transport;
}

function tell(log: Logger, { url }: RunningServer, { publicUrl, oidc, impersonates, webhookSecret, chats }: ServerPlan, tokens: boolean): void {
  const signIn = [...(tokens ? ['token'] : []), ...(oidc === undefined ? [] : ['oidc'])];
  log.info({ url, ...(publicUrl === undefined ? {} : { publicUrl }), signIn, impersonates, webhooks: webhookSecret !== undefined, chats }, 'serves page and API');
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

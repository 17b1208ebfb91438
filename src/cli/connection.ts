import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { ClusterClient } from '../cluster/client.js';
import { createClient } from '../cluster/create-client.js';
import { loadKubeconfig, type LoadKubeconfigOptions } from '../cluster/kubeconfig/load-kubeconfig.js';
import { clustersRoot } from '../local/supervisor/cluster-files.js';
import { CliError } from './errors.js';
import { note, type Shell } from './shell.js';
import { tellingWarnings } from './warnings.js';

/** A cluster that a command talks to. */
export interface Connection {
  readonly client: ClusterClient;
  /** Where to look when a command names no namespace. */
  readonly namespace: string;
  readonly context: string;
  readonly server: string;
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly local?: string | boolean;
  readonly namespace?: string;
}

/** Adds the options that say which cluster is meant. */
export function withConnectionOptions(command: Command): Command {
  return command
    .option('-n, --namespace <name>', "the namespace (default: the context's)")
    .option('--kubeconfig <file>', 'kubeconfig file (default: $KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--local [name]', 'the local cluster of this name (default: "default") instead of a kubeconfig');
}

/**
 * Opens the cluster that the options name. With no kubeconfig at hand and one local cluster up, it is that one.
 * @throws CliError, KubeconfigError
 */
export async function connect(shell: Shell, options: ConnectionOptions): Promise<Connection> {
  const access = await loadKubeconfig(kubeconfigOf(shell, options));
  return {
    client: createClient(tellingWarnings(access.transport, (text) => note(shell, `Warning: ${text}`)), { fieldManager: 'serin-cli', clock: shell.clock, random: shell.random }),
    namespace: options.namespace ?? access.namespace,
    context: access.context,
    server: access.server,
    close: () => access.transport.stop(),
  };
}

/** Which kubeconfig the options mean. With none at hand and one local cluster up, it is that one's. @throws CliError */
export function kubeconfigOf(shell: Shell, options: ConnectionOptions): LoadKubeconfigOptions {
  const path = options.local === undefined ? (options.kubeconfig ?? onlyLocalKubeconfig(shell, options)) : localKubeconfig(shell, options.local === true ? 'default' : String(options.local));
  return {
    env: shell.env, clock: shell.clock, userAgent: 'serin', interactive: shell.stdout.isTTY ?? false,
    ...(path === undefined ? {} : { path }),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
}

/** The local clusters of this machine, by name. */
export function localClusters(shell: Pick<Shell, 'env'>): string[] {
  try {
    return readdirSync(clustersRoot(shell.env), { withFileTypes: true }).filter((each) => each.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

function localKubeconfig(shell: Shell, name: string): string {
  const known = localClusters(shell);
  if (!known.includes(name)) throw new CliError(`there is no local cluster "${name}"${known.length > 0 ? `; there are ${known.join(', ')}` : ''}. Start it with: serin local up --name ${name}`);
  return join(clustersRoot(shell.env), name, 'kubeconfig');
}

/** The one local cluster, where nothing else says which cluster is meant. */
function onlyLocalKubeconfig(shell: Shell, { context }: ConnectionOptions): string | undefined {
  const named = shell.env['KUBECONFIG'] !== undefined || context !== undefined;
  const [only, ...more] = localClusters(shell);
  if (named || only === undefined || more.length > 0 || hasDefaultKubeconfig(shell)) return undefined;
  note(shell, `Using the local cluster "${only}".`);
  return localKubeconfig(shell, only);
}

function hasDefaultKubeconfig({ env }: Shell): boolean {
  try {
    return readdirSync(join(env['HOME'] ?? '/', '.kube')).includes('config');
  } catch {
    return false;
  }
}

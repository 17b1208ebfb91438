import { resolve } from 'node:path';
import type { Command } from 'commander';
import { clusterStatus, type ClusterStatus } from '../../local/supervisor/cluster-status.js';
import { resetCluster, stopCluster } from '../../local/supervisor/stop-cluster.js';
import { CliError } from '../errors.js';
import { directoryOf, explained, named, type LocalOptions } from '../local/cluster-options.js';
import { localPage } from '../local/local-page.js';
import { startLocal } from '../local/start-local.js';
import type { FrontendName } from '../../frontends/names.js';
import { frontends, FRONTENDS_HELP } from '../frontends-option.js';
import { withExamples } from '../output/examples.js';
import { withOutputOption } from '../output/format.js';
import { note, print, type Shell } from '../shell.js';
import { registerLocalUser } from './local-user.js';

interface UpOptions extends LocalOptions {
  readonly images?: readonly string[];
  readonly crds?: readonly string[];
  readonly apiPort?: string;
  readonly ingressPort?: string;
  readonly frontends?: readonly FrontendName[];
  readonly dashboard: boolean;
}

const EXAMPLES = ['serin local up --images examples/bookinfo/images.json', 'serin local status', 'serin local down', 'serin local reset'];

export function registerLocal(program: Command, shell: Shell): void {
  const local = withExamples(program.command('local'), EXAMPLES);
  named(local.command('up').description('Start it; it goes on until `serin local down`.'))
    .option('--images <file...>', 'image tables: which local command an image stands for')
    .option('--crds <file...>', "CustomResourceDefinitions to start with, beside Istio's and Serin's")
    .option('--frontends <names>', FRONTENDS_HELP, frontends)
    .option('--api-port <port>', 'port of the API (default: any free one)')
    .option('--ingress-port <port>', 'port of the ingress gateway (default: any free one)')
    .option('--no-dashboard', 'serve no web page')
    .action((options: UpOptions) => up(shell, options));
  named(local.command('down').description('Stop it and everything that runs on it; its data stays.')).action((options: LocalOptions) => down(shell, options));
  withOutputOption(named(local.command('status').description('Say how it fares.')), ['json'])
    .action((options: LocalOptions) => showStatus(shell, options));
  named(local.command('reset').description('Stop it and delete its data.')).action((options: LocalOptions) => reset(shell, options));
  registerLocalUser(local, shell);
}

async function up(shell: Shell, options: UpOptions): Promise<void> {
  const within = (files: readonly string[] | undefined): string[] => (files ?? []).map((file) => resolve(shell.cwd, file));
  const local = await explained(() =>
    startLocal(shell, {
      name: options.name,
      directory: directoryOf(shell, options),
      images: within(options.images),
      crds: within(options.crds),
      dashboard: options.dashboard,
      ...(options.frontends === undefined ? {} : { frontends: options.frontends }),
      ...(options.apiPort === undefined ? {} : { apiPort: portOf(options.apiPort, '--api-port') }),
      ...(options.ingressPort === undefined ? {} : { ingressPort: portOf(options.ingressPort, '--ingress-port') }),
      onProgress: progressNotes(shell),
    }),
  );
  await local.close();
  print(shell, `The local cluster "${options.name}" is up.`);
  print(shell, '');
  await describeStatus(shell, local.status);
  print(shell, '');
  print(shell, 'Look around:');
  print(shell, `  export KUBECONFIG=${local.status.kubeconfig}`);
  print(shell, '  kubectl get pods --all-namespaces');
}

/** How long a start may take before it is said what it waits for, in milliseconds. */
const PATIENCE = 8000;

/** One line at once; what is waited for only when it takes long. */
function progressNotes(shell: Shell): (waitsFor: string) => void {
  let next = shell.clock.monotonic() + PATIENCE;
  note(shell, 'Starting the local cluster.');
  return (waitsFor) => {
    if (shell.clock.monotonic() < next) return;
    next = shell.clock.monotonic() + PATIENCE;
    note(shell, `Still waits for ${waitsFor}`);
  };
}

function portOf(text: string, option: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CliError(`${option}: "${text}" is no port; give a number from 0 to 65535.`);
  return port;
}

async function down(shell: Shell, options: LocalOptions): Promise<void> {
  const stopped = await explained(() => stopCluster(directoryOf(shell, options), shell.clock));
  print(shell, stopped ? `The local cluster "${options.name}" is down; its data is kept for the next \`serin local up\`.` : `The local cluster "${options.name}" was down already.`);
}

async function showStatus(shell: Shell, options: LocalOptions): Promise<void> {
  const status = await clusterStatus(directoryOf(shell, options), shell.clock);
  if (options.output === 'json') {
    const page = await localPage(status, shell.clock);
    // Without the link: what is written down for programs is read by many.
    print(shell, JSON.stringify({ ...status, ...(page === undefined ? {} : { pageUrl: page.url }) }, undefined, 2));
    return;
  }
  print(shell, status.status === 'down' ? `The local cluster "${options.name}" is down. Start it with: serin local up` : `The local cluster "${options.name}" is ${status.status}.`);
  if (status.status !== 'down') await describeStatus(shell, status);
}

async function reset(shell: Shell, options: LocalOptions): Promise<void> {
  await explained(() => resetCluster(directoryOf(shell, options), shell.clock));
  print(shell, `The local cluster "${options.name}" is gone, with all its data.`);
}

async function describeStatus(shell: Shell, status: ClusterStatus): Promise<void> {
  print(shell, `  kubeconfig  ${status.kubeconfig}`);
  if (status.apiUrl !== undefined) print(shell, `  API         ${status.apiUrl}`);
  if (status.ingressPort !== undefined) print(shell, `  ingress     http://127.0.0.1:${status.ingressPort}`);
  const page = await localPage(status, shell.clock);
  if (page !== undefined) {
    print(shell, `  page        ${page.url}`);
    print(shell, `  sign in     ${page.link}`);
  }
  for (const part of status.parts) {
    const state = part.ready ? 'ready' : `not ready: ${part.waitsFor ?? part.status}`;
    print(shell, `  ${part.name.padEnd(10)}  ${state}${part.restarts > 0 ? `, restarted ${part.restarts} times` : ''}${part.ready ? '' : ` (log: ${part.log})`}`);
  }
}

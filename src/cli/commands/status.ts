import type { Command } from 'commander';
import type { ClusterClient } from '../../cluster/client.js';
import { resources } from '../../kubernetes/resources.js';
import type { Approval } from '../../model/approval.js';
import { hasEnded } from '../../model/release.js';
import { serinResources } from '../../model/resources.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { findEvidence, whereSeen } from '../evidence/reading.js';
import { coloursOf } from '../output/colours.js';
import { withExamples } from '../output/examples.js';
import { isDataFormat, printData, withOutputOption } from '../output/format.js';
import { print, type Shell } from '../shell.js';
import { rolloutLine } from '../status/rollout-line.js';
import { newsOf, nothingTold } from '../status/changes.js';
import { openDisplay } from '../status/display.js';
import { drawnView } from '../status/drawn-view.js';
import { statusLines } from '../status/tree.js';
import { statusView, type StatusView } from '../status/view.js';
import { watchStatus } from '../status/watching.js';
import { findTarget, type Target } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface StatusOptions extends PlaceOptions {
  readonly watch?: boolean;
  readonly output?: string;
}

export function registerStatus(program: Command, shell: Shell): void {
  const command = program
    .command('status')
    .argument('<policy|release>', 'name; policy/NAME or release/NAME where both exist, rollout/NAME for an Argo Rollout')
    .option('-w, --watch', 'follow it until the release has ended, or until Ctrl-C for a policy')
    .action((name: string, options: StatusOptions) => status(shell, name, options));
  withServerOptions(withOutputOption(withConnectionOptions(command)));
  withExamples(command, ['serin status web', 'serin status web --watch', 'serin status release/web-3 -o json', 'serin status web --server http://127.0.0.1:8420 --token-file token'],
    'Shares: asked by the plan, written to routing objects, accepted by the routing product, counted on real requests.\nWhere the output is no terminal, --watch prints a line for each change.');
}

async function status(shell: Shell, name: string, options: StatusOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/status.js')).statusThroughServer(shell, server, name, options),
    cluster: (connection) => statusOfObjects(shell, connection, name, options),
  });
}

async function statusOfObjects(shell: Shell, connection: Connection, name: string, { watch, output }: StatusOptions): Promise<void> {
  const target = await findTarget(connection, name, shell.signal);
  if (watch) return follow(shell, connection, target);
  const view = await readStatus(connection, target, shell.signal);
  if (isDataFormat(output)) return printData(shell, view, output);
  for (const line of statusLines(drawnView(view), shell.clock.now(), coloursOf(shell))) print(shell, line);
  if (target.rollout) print(shell, rolloutLine(target.rollout));
}

async function readStatus({ client }: Connection, { namespace, policy, release }: Target, signal: AbortSignal): Promise<StatusView> {
  const [deployments, replicaSets, pods, approvals, evidence] = await Promise.all([
    client.list(resources.deployments, { namespace, signal }),
    client.list(resources.replicaSets, { namespace, signal }),
    client.list(resources.pods, { namespace, signal }),
    release === undefined ? [] : approvalsIn(client, namespace, signal),
    release && whereSeen(() => findEvidence(client, release, signal)),
  ]);
  return statusView({ policy, release, deployments: deployments.items, replicaSets: replicaSets.items, pods: pods.items, approvals, evidence: evidence?.spec });
}

const approvalsIn = async (client: ClusterClient, namespace: string, signal: AbortSignal): Promise<readonly Approval[]> =>
  (await whereSeen(() => client.list(serinResources.approvals, { namespace, signal })))?.items ?? [];

async function follow(shell: Shell, { client }: Connection, target: Target): Promise<void> {
  const { clock, signal } = shell;
  const watched = await watchStatus(client, target, shell);
  const display = await openDisplay(shell);
  let told = nothingTold;
  try {
    while (!signal.aborted) {
      const view = watched.view();
      const drawn = drawnView(view);
      const news = newsOf(drawn, told, clock.now());
      told = news.told;
      display.show((rows) => statusLines(drawn, clock.now(), coloursOf(shell), rows), news.lines);
      if (target.kind === 'release' && hasEnded(view.release?.status?.phase ?? 'Preparing')) return;
      // A terminal shows how long it has taken, so it is drawn anew every second.
      await watched.changed(display.isLive ? 1000 : undefined);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    display.close();
    await watched.stop();
  }
}

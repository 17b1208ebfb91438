import type { Command } from 'commander';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type Connection, type ConnectionOptions } from '../connection.js';
import { withExamples } from '../output/examples.js';
import { request } from '../requests/carry-out.js';
import { planRetry } from '../../commands/retry-plan.js';
import { planHotfix, planRestart, type PolicyRequest, type RequestObjects } from '../requests/policy-request.js';
import { print, type Shell } from '../shell.js';
import { steerRollout } from '../steering/rollout-command.js';
import { findPolicy, rolloutOf } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface HotfixOptions extends ConnectionOptions {
  readonly reason: string;
}

/** retry, restart, hotfix: each sets an annotation that anyone could set with kubectl, too. */
export function registerRequests(program: Command, shell: Shell): void {
  const retry = program
    .command('retry')
    .argument('<policy>')
    .action((name: string, options: PlaceOptions) => onServerOrCluster(shell, options, {
      server: async (server) => (await import('../through-server/acting.js')).retryThroughServer(shell, server, name),
      cluster: (connection) => ask(shell, connection, name, planRetry, 'retry'),
    }));
  const restart = program
    .command('restart')
    .argument('<policy>')
    .action((name: string, options: ConnectionOptions) => onCluster(shell, options, (connection) => ask(shell, connection, name, (objects) => planRestart(objects, shell.clock.now()), 'restart')));
  const hotfix = program
    .command('hotfix')
    .argument('<policy>')
    .requiredOption('--reason <text>', 'why; it stays on record with the release')
    .action((name: string, { reason, ...options }: HotfixOptions) => onCluster(shell, options, (connection) => ask(shell, connection, name, (objects) => planHotfix(objects, reason))));
  for (const command of [retry, restart, hotfix]) withConnectionOptions(command);
  withServerOptions(retry);
  withExamples(retry, ['serin retry web', 'serin retry rollout/web']);
  withExamples(restart, ['serin restart web'], 'As kubectl rollout restart does, by an annotation of the Pod template; but step by step.');
  withExamples(hotfix, ['serin hotfix web --reason outage'], 'Approvals and gates stay. It counts for one release; history shows the reason.');
}

/** @param verb what a Rollout that the policy was made for is told in its place; absent where it knows no such word */
async function ask(shell: Shell, connection: Connection, name: string, decide: (objects: RequestObjects) => PolicyRequest, verb?: 'retry' | 'restart'): Promise<void> {
  const { client } = connection;
  const { signal, clock } = shell;
  const rollout = verb && (await rolloutOf(client, await findPolicy(connection, name, signal), signal));
  if (verb && rollout) {
    const { plan } = await steerRollout(client, verb, rollout, { now: clock.now(), signal });
    print(shell, plan.done);
    return print(shell, plan.next);
  }
  for (const line of await request(connection, name, decide, { clock, signal })) print(shell, line);
}

import type { Command } from 'commander';
import { resources } from '../../kubernetes/resources.js';
import { serinResources } from '../../model/resources.js';
import { withConnectionOptions, type Connection } from '../connection.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { plural } from '../output/quantities.js';
import { print, type Shell } from '../shell.js';
import { putTemplate, wantVersion } from '../../commands/workload-writes.js';
import { lookingAgain } from '../../commands/looking-again.js';
import { planRollback } from '../../commands/rollback-plan.js';
import { steer } from '../steering/release-command.js';
import { tell } from '../steering/teller.js';
import { findPolicy, rolloutOf } from '../target.js';
import { withServerOptions, type PlaceOptions } from '../through-server/options.js';
import { onServerOrCluster } from '../through-server/server-or-cluster.js';

interface RollbackOptions extends PlaceOptions {
  readonly to?: string;
}

export function registerRollback(program: Command, shell: Shell): void {
  const command = program
    .command('rollback')
    .argument('<policy>')
    .option('--to <version>', 'a release (the version that it left users with), a hash, a ReplicaSet or an image')
    .action((policy: string, options: RollbackOptions) => rollback(shell, policy, options));
  withServerOptions(withConnectionOptions(command));
  withExamples(command, ['serin rollback web', 'serin rollback web --to web-1', 'serin rollback web -n shop'],
    'The version before goes out as a release of its own, step by step; at once where its Pods still run. After a release that was taken back, only the\nworkload\'s template is put back: nothing else runs.');
}

async function rollback(shell: Shell, name: string, { to, ...options }: RollbackOptions): Promise<void> {
  await onServerOrCluster(shell, options, {
    server: async (server) => (await import('../through-server/acting.js')).rollbackThroughServer(shell, server, name, { to }),
    async cluster(connection) {
      for (const line of await lookingAgain(() => goBack(shell, connection, name, to))) print(shell, line);
    },
  });
}

/** Decides and writes, once. @returns what is said of it @throws ApiError where the objects changed meanwhile */
async function goBack({ clock, signal }: Shell, connection: Connection, name: string, to: string | undefined): Promise<readonly string[]> {
  const { client } = connection;
  const policy = await findPolicy(connection, name, signal);
  const namespace = policy.metadata.namespace ?? '';
  const rollout = await rolloutOf(client, policy, signal);
  if (rollout) throw new CliError(`Rollout ${rollout.metadata.name} says which version is wanted, and is not written in from here. Give its Pods the earlier template (kubectl argo rollouts undo ${rollout.metadata.name}, or what you keep in git); an update under way is taken back by serin abort rollout/${rollout.metadata.name}.`);
  const workload = policy.spec.workload.deployment;
  const [deployment, { items: releases }, { items: replicaSets }] = await Promise.all([
    workload === undefined ? undefined : client.find(resources.deployments, { namespace, name: workload }, { signal }),
    client.list(serinResources.releases, { namespace, signal }),
    client.list(resources.replicaSets, { namespace, signal }),
  ]);
  const plan = planRollback({ policy, releases: releases.filter(({ spec }) => spec.policy === policy.metadata.name), deployment, replicaSets, to });
  if (plan.outcome === 'refused') throw new CliError(plan.why);
  if (plan.outcome === 'abort') {
    const { plan: steered } = await steer(client, 'abort', plan.release, { clock, signal });
    return [`A release is under way, so it is aborted. ${steered.done}`, steered.next];
  }
  const { to: target, from, ready } = plan;
  // Users relied on it before and it is there: it is not judged again.
  const hotfix = ready > 0 && (plan.outcome === 'want' || plan.released) ? `rollback to ${target}, whose Pods still run` : undefined;
  if (plan.outcome === 'want') await wantVersion(client, policy, target, { hotfix, signal });
  else await putTemplate(client, { policy, deployment }, plan.template, { hotfix, signal });
  const last = releases.find(({ metadata }) => metadata.name === policy.status?.release);
  if (last) await tell(client, last, 'rollback', clock.now(), signal);
  if (plan.outcome === 'template' && !plan.released) return [`The workload asks for ${target} again instead of ${from}; it is what runs, so there is nothing to release.`];
  const runs = ready > 0 ? `${plural(ready, 'Pod')} of it still ${ready === 1 ? 'runs and is' : 'run and are'} ready, so it goes back at once, without steps and judging.` : 'No Pod of it runs, so they start first, and the release takes the steps of the policy.';
  return [
    plan.outcome === 'want' ? `The policy wants ${target} again instead of ${from}.` : `The workload asks for ${target} again instead of ${from}.`,
    ...(plan.outcome === 'template' && plan.instead !== undefined ? [`Release ${plan.instead} is taken back, because a newer version takes its place.`] : []),
    `A release leads there. ${runs} Follow it with: serin status ${policy.metadata.name} --watch.`,
  ];
}

import type { Command } from 'commander';
import type { ClusterClient } from '../../cluster/client.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { POLICY_LABEL, serinResources } from '../../model/resources.js';
import { onCluster } from '../cluster-command.js';
import { withConnectionOptions, type ConnectionOptions } from '../connection.js';
import { CliError } from '../errors.js';
import { withExamples } from '../output/examples.js';
import { print, type Shell } from '../shell.js';
import { planRollback, type RollbackPlan } from '../rollback/plan.js';
import { steer } from '../steering/release-command.js';
import { findPolicy } from '../target.js';

export function registerRollback(program: Command, shell: Shell): void {
  const command = program
    .command('rollback')
    .description('Go back one version: abort the release under way, or release the version before the stable one.')
    .argument('<policy>')
    .action((policy: string, options: ConnectionOptions) => rollback(shell, policy, options));
  withConnectionOptions(command);
  withExamples(command, ['serin rollback web', 'serin rollback web -n shop'],
    'The version before goes out as a release of its own, step by step. After a release that was taken back, only the\nworkload\'s template is put back: nothing else runs.');
}

async function rollback(shell: Shell, name: string, options: ConnectionOptions): Promise<void> {
  await onCluster(shell, options, async (connection) => {
    const { signal } = shell;
    const { client } = connection;
    const policy = await findPolicy(connection, name, signal);
    const namespace = policy.metadata.namespace ?? '';
    const workload = policy.spec.workload.deployment;
    const [deployment, { items: releases }, { items: replicaSets }] = await Promise.all([
      workload === undefined ? undefined : client.find(resources.deployments, { namespace, name: workload }, { signal }),
      client.list(serinResources.releases, { namespace, signal }),
      client.list(resources.replicaSets, { namespace, signal }),
    ]);
    const plan = planRollback({ policy, releases: releases.filter(({ spec }) => spec.policy === policy.metadata.name), deployment, replicaSets });
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'abort') {
      const { plan: steered } = await steer(client, 'abort', plan.release, { signal });
      print(shell, `A release is under way, so it is aborted. ${steered.done}`);
      return print(shell, steered.next);
    }
    await putBack(client, policy, deployment, plan, signal);
    if (!plan.released) return print(shell, `The workload asks for ${plan.to} again instead of ${plan.from}; it is what runs, so there is nothing to release.`);
    print(shell, `The workload asks for ${plan.to} again instead of ${plan.from}.`);
    print(shell, `A release leads there. Follow it with: serin status ${policy.metadata.name} --watch.`);
  });
}

/** Guarded by the version that the decision was made on. An adopted Deployment is paused in the same write, so that it never rolls by itself. */
async function putBack(client: ClusterClient, policy: ReleasePolicy, deployment: Deployment | undefined, { template }: Extract<RollbackPlan, { outcome: 'template' }>, signal: AbortSignal): Promise<void> {
  const guard = (resourceVersion: string | undefined): unknown => ({ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion });
  if (deployment) {
    const adopted = deployment.metadata.labels?.[POLICY_LABEL] !== undefined;
    const pause = adopted ? [{ op: 'add', path: '/spec/paused', value: true }] : [];
    const body = [guard(deployment.metadata.resourceVersion), { op: 'replace', path: '/spec/template', value: template }, ...pause];
    await client.patch(resources.deployments, { namespace: deployment.metadata.namespace ?? '', name: deployment.metadata.name }, { kind: 'json', body }, { signal });
  } else {
    const body = [guard(policy.metadata.resourceVersion), { op: 'replace', path: '/spec/workload/inline/template', value: template }];
    await client.patch(serinResources.releasePolicies, { namespace: policy.metadata.namespace ?? '', name: policy.metadata.name }, { kind: 'json', body }, { signal });
  }
}

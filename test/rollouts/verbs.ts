import { execFile } from 'node:child_process';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import { argoResources } from '../../src/frontends/argo/resources.js';
import { resources } from '../../src/kubernetes/resources.js';

/** Carries out a verb of `kubectl argo rollouts`, given as its arguments. */
export type Tell = (namespace: string, args: readonly string[]) => Promise<void>;

/** By the plugin itself. @param program with the arguments by which it finds the cluster */
export const byPlugin = ([program = '', ...first]: readonly string[]): Tell => (namespace, args) =>
  new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
    execFile(program, [...first, '--namespace', namespace, ...args], { env }, (error, _stdout, stderr) => (error === null ? resolve() : reject(new Error(`${args.join(' ')}: ${stderr}`))));
  });

/** By the patches that the plugin sends, where there is no plugin. */
export const byPatches = (client: ClusterClient, now: () => number): Tell => async (namespace, args) => {
  const verb = args[0] ?? '';
  const at = { namespace, name: args.find((each, index) => index > 0 && !['rollout', 'image'].includes(each)) ?? '' };
  const patch = (body: object, ...more: [{ subresource: 'status' }] | []): Promise<unknown> => client.patch(argoResources.rollouts, at, { kind: 'merge', body }, ...more);
  const status = (body: object): Promise<unknown> => patch({ status: body }, { subresource: 'status' });
  const rollout = await client.get(argoResources.rollouts, at);
  switch (verb) {
    case 'abort':
      return void (await status({ abort: true }));
    case 'retry':
      return void (await status({ abort: false }));
    case 'pause':
      return void (await patch({ spec: { paused: true } }));
    case 'restart':
      return void (await patch({ spec: { restartAt: new Date(now()).toISOString().replace(/\.\d+Z/, 'Z') } }));
    case 'set':
      return void (await patch({ spec: { template: { spec: { containers: withImage(rollout, args.at(-1) ?? '') } } } }));
    case 'undo':
      return void (await patch({ spec: { template: await templateBefore(client, rollout) } }));
    case 'promote': {
      const { spec, status: own = {} } = rollout;
      if (args.includes('--full')) {
        if (own.currentPodHash !== own.stableRS) await status({ promoteFull: true });
      } else if ((own.pauseConditions ?? []).length > 0) await status({ pauseConditions: null });
      else if (spec.strategy?.canary) await status({ pauseConditions: null, currentStepIndex: Math.min((own.currentStepIndex ?? 0) + 1, spec.strategy.canary.steps?.length ?? 0) });
      return void (spec.paused === true && (await patch({ spec: { paused: false } })));
    }
    default:
      throw new Error(`no story says ${args.join(' ')}`);
  }
};

/** The containers with another image. @param text `container=image` */
function withImage(rollout: Rollout, text: string): unknown {
  const [container, image] = text.split('=');
  return rollout.spec.template?.spec?.containers.map((each) => (each.name === container ? { ...each, image } : each));
}

/** The template of the revision before the present one. */
async function templateBefore(client: ClusterClient, { metadata }: Rollout): Promise<unknown> {
  const { items } = await client.list(resources.replicaSets, { namespace: metadata.namespace ?? '' });
  const revision = (each: (typeof items)[number]): number => Number(each.metadata.annotations?.['rollout.argoproj.io/revision'] ?? 0);
  const [, before] = items.filter((each) => each.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid)).sort((one, other) => revision(other) - revision(one));
  const { 'rollouts-pod-template-hash': _, ...labels } = before?.spec.template?.metadata?.labels ?? {};
  return { ...before?.spec.template, metadata: { labels } };
}

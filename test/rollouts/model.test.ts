import { describe, expect, it } from 'vitest';
import type { AnalysisRun, AnalysisTemplate } from '../../src/frontends/argo/kinds/analysis.js';
import type { RolloutSpec } from '../../src/frontends/argo/kinds/rollout.js';
import { REVISION } from '../../src/frontends/argo/rollouts/labels.js';
import { imageOf, RolloutWorld } from '../../src/frontends/argo/testing/rollout-world.js';
import { isRecord } from '../../src/kubernetes/json.js';
import type { KubernetesObject } from '../../src/kubernetes/objects.js';
import { applyMergePatch } from '../../src/kubernetes/patch/merge-patch.js';
import { resources } from '../../src/kubernetes/resources.js';
import { differences, type Elsewhere } from './differences.js';
import { recorded } from './recordings.js';
import { rolloutState, type RolloutState } from './rollout-state.js';
import type { Action, RolloutStory } from './rollout-story.js';
import { stories } from './stories.js';

/** What the model cannot show. */
const notModelled: readonly Elsewhere[] = [
  // What a metric measures is not part of the model, nor are the runs of experiments.
  [/./, /^\.analysisRuns\.|^\.analysisRuns$|^\.experiments/],
  [/^(analys|a failing|an experiment)/, /^\.message$/],
  // A deadline that is over is taken off.
  [/./, /\.hasDeadline$/],
  // ReplicaSets of Deployments and experiments are not there.
  [/Deployment|experiment/, /^\.replicaSets\.v\d (of|in) /],
  // By whose hash their Services tell their Pods.
  [/weighed experiment/, /^\.services\.shop-<|^\.weights\.additional$/],
];

describe('what Argo Rollouts makes of a story, Serin makes of it as well', () => {
  for (const story of stories) {
    it(story.name, () => {
      const world = worldOf(story);
      const expected = recorded(story);
      const seen: string[] = [];
      const look = (part: string): void => {
        world.settle().wait(story.stillFor === undefined ? 12 : 30).settle();
        seen.push(...differences(story, part, expected[part], stateOf(world), notModelled));
      };
      look('begun');
      for (const { name, actions } of story.parts) {
        for (const action of actions) {
          carryOut(world, action);
          world.turn();
        }
        look(name);
      }
      expect(seen).toEqual([]);
    });
  }
});

function worldOf({ objects }: RolloutStory): RolloutWorld {
  const rollout = objects.at(-1);
  const others = objects.slice(0, -1);
  if (rollout?.kind !== 'Rollout') throw new Error('a story ends its objects with the Rollout');
  // What a kind says it is.
  const world = new RolloutWorld(rollout as ConstructorParameters<typeof RolloutWorld>[0], others.filter(({ kind }) => kind !== 'AnalysisTemplate' && kind !== 'Deployment'));
  const placed = (object: KubernetesObject): KubernetesObject => JSON.parse(JSON.stringify({ ...object, metadata: { ...object.metadata, namespace: 'shop', generation: 1 } }).replaceAll('{metrics}', 'http://metrics')) as KubernetesObject;
  world.templates.push(...(others.filter(({ kind }) => kind === 'AnalysisTemplate').map(placed) as AnalysisTemplate[]));
  const deployment = others.find(({ kind }) => kind === 'Deployment');
  world.workload = deployment && placed(deployment);
  world.podsGetReady = (image) => !image.includes('never-ready');
  world.outcome = ({ spec: { metrics } }: AnalysisRun) => {
    const url = metrics[0]?.provider.web?.url ?? '';
    if (url.endsWith('/good')) return metrics[0]?.count === undefined ? undefined : 'Successful';
    return url.endsWith('/bad') ? 'Failed' : 'Inconclusive';
  };
  world.experimentOutcome = ({ spec }) => (spec.analyses ? 'Failed' : spec.duration === undefined ? undefined : 'Successful');
  return world;
}

function carryOut(world: RolloutWorld, action: Action): void {
  if ('apply' in action) {
    world.workload = applyMergePatch(world.workload, { ...action.apply, metadata: { generation: 2 } }) as KubernetesObject;
    return;
  }
  if ('patch' in action) {
    const patched: unknown = applyMergePatch(world.rollout, action.patch);
    if (isRecord(patched)) world.edit((spec) => Object.assign(spec, patched['spec'] as RolloutSpec));
    return;
  }
  const [verb, ...rest] = action.plugin;
  const verbs: Record<string, () => void> = {
    set: () => world.image(rest.at(-1)?.split('=')[1] ?? ''),
    promote: () => (!rest.includes('--full') ? world.promote() : world.status.currentPodHash === world.status.stableRS ? undefined : world.patch({ promoteFull: true })),
    abort: () => world.patch({ abort: true }),
    retry: () => world.patch({ abort: false }),
    pause: () => world.edit((spec) => { spec.paused = true; }),
    restart: () => world.edit((spec) => { spec.restartAt = new Date(world.now).toISOString().replace('.000Z', 'Z'); }),
    undo: () => {
      const revision = (each: (typeof world.replicaSets)[number]): number => Number(each.metadata.annotations?.[REVISION] ?? 0);
      const [, before] = [...world.replicaSets].sort((one, other) => revision(other) - revision(one));
      if (before) world.image(imageOf(before));
    },
  };
  const act = verbs[verb ?? ''];
  if (!act) throw new Error(`no story says ${verb ?? 'nothing'}`);
  act();
}

const stateOf = ({ rollout, replicaSets, cluster, runs, experiments }: RolloutWorld): RolloutState =>
  rolloutState({
    rollout, replicaSets, services: cluster.list(resources.services), ingresses: cluster.list(resources.ingresses), virtualServices: cluster.list(resources.virtualServices),
    destinationRules: cluster.list(resources.destinationRules), analysisRuns: [...runs.values()], experiments: [...experiments.values()],
  });

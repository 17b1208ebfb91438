import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Release } from '../../../model/release.js';
import type { Application } from '../application.js';
import { traitOf } from '../application.js';
import { APP_NAME, COMPONENT, FRONTEND, FRONTEND_LABEL } from '../labels.js';
import { ownedBy } from '../render/metadata.js';
import type { RolloutStep } from '../rollout-steps.js';
import type { ReleasedComponent } from './facts.js';
import type { Wish } from './goals.js';
import { readinessOf } from './readiness.js';
import { lostRelease } from './releasing.js';

/** How far a rollout is, in KubeVela's words. */
interface RollingState {
  readonly rollingState: 'initializing' | 'rollingInBatches' | 'finalising' | 'rolloutSucceed' | 'rolloutFailed' | 'rolloutAbandoning';
  readonly batchRollingState: 'batchInRolling' | 'batchVerifying' | 'batchReady';
  readonly currentBatch: number;
}

/** What KubeVela's Rollout of the same name would say: tools read there how far a component is. Nothing follows from it. */
export function rolloutObject(app: Application, facts: ReleasedComponent, wish: Wish, want: string, rollouts: readonly RolloutStep[]): KubernetesObject & { readonly spec: unknown; readonly status: unknown } {
  const { component, rendered: { rollout }, stable, moving, deployments } = facts;
  const { namespace, name } = app.metadata;
  const target = wish.goal && lostRelease(facts, wish.goal) ? wish.goal.want : want;
  const partition = rollouts.find((each) => each.step === wish.step.name)?.batchPartition ?? rollout.batchPartition;
  const source = sourceOf(facts, target);
  const running = deployments.get(target)?.status;
  return {
    apiVersion: 'standard.oam.dev/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name: component.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [APP_NAME]: name, [COMPONENT]: component.name, [FRONTEND_LABEL]: FRONTEND },
      ...ownedBy(app),
    },
    spec: {
      targetRevisionName: target,
      componentName: component.name,
      rolloutPlan: {
        rolloutStrategy: 'IncreaseFirst',
        rolloutBatches: traitOf(component, 'rollout')?.properties?.['rolloutBatches'] ?? rollout.batches.map((replicas) => ({ replicas })),
        targetSize: rollout.targetSize,
        ...(partition === undefined ? {} : { batchPartition: partition }),
      },
    },
    status: {
      ...stateOf(facts, wish, want),
      rolloutTargetSize: rollout.targetSize,
      rolloutOriginalSize: source === undefined || stable === undefined ? 0 : (moving?.spec.workload.replicas ?? rollout.targetSize),
      upgradedReplicas: running?.replicas ?? 0,
      upgradedReadyReplicas: running?.readyReplicas ?? 0,
      lastTargetRevision: target,
      LastSourceRevision: source ?? '',
      lastAppliedPodTemplateIdentifier: target,
    },
  };
}

function stateOf(facts: ReleasedComponent, { goal }: Wish, want: string): RollingState {
  const { stable, moving, deployments, rendered: { rollout } } = facts;
  const last = rollout.batches.length - 1;
  if (goal && lostRelease(facts, goal)) return { rollingState: 'rolloutFailed', batchRollingState: 'batchReady', currentBatch: 0 };
  if (moving !== undefined) {
    if (moving.spec.canary.replicaSet !== want) return { rollingState: 'rolloutAbandoning', batchRollingState: 'batchInRolling', currentBatch: 0 };
    const { phase } = moving.status ?? {};
    if (phase === 'Promoting' || phase === 'HandingOver') return { rollingState: 'finalising', batchRollingState: 'batchReady', currentBatch: last };
    return { rollingState: phase === 'Progressing' ? 'rollingInBatches' : 'initializing', batchRollingState: atPause(moving) ? 'batchReady' : 'batchInRolling', currentBatch: batchOf(moving, rollout.batches) };
  }
  const { ready } = readinessOf(deployments.get(want), { revision: want, size: rollout.targetSize });
  if (stable === want && ready) return { rollingState: 'rolloutSucceed', batchRollingState: 'batchReady', currentBatch: last };
  return { rollingState: stable === want || stable === undefined ? 'rollingInBatches' : 'initializing', batchRollingState: 'batchInRolling', currentBatch: 0 };
}

/** Whether a release has done a batch and waits behind it. */
function atPause({ spec: { plan }, status }: Release): boolean {
  return status?.phase === 'Progressing' && plan.steps[status.step.index]?.kind === 'pause';
}

/** The batch of the trait that a release is at: the first one that reaches as far as it has come. */
function batchOf({ spec: { plan }, status }: Release, batches: readonly number[]): number {
  const done = plan.steps.slice(0, (status?.step.index ?? 0) + 1).findLast(({ kind }) => kind === 'batch')?.pods ?? 0;
  let pods = 0;
  const found = batches.findIndex((size) => {
    pods += size;
    return pods >= done;
  });
  return found < 0 ? batches.length - 1 : found;
}

/** The revision that a rollout came from. */
function sourceOf({ releases, stable }: ReleasedComponent, target: string): string | undefined {
  const own = releases.findLast(({ spec, status }) => spec.canary.replicaSet === target && status?.phase !== 'Aborted');
  const source = own?.spec.stable.replicaSet ?? (stable === target ? undefined : stable);
  return source === target ? undefined : source;
}

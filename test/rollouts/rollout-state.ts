import type { AnalysisRun } from '../../src/frontends/argo/kinds/analysis.js';
import type { Experiment } from '../../src/frontends/argo/kinds/experiment.js';
import type { Rollout } from '../../src/frontends/argo/kinds/rollout.js';
import type { ReplicaSet } from '../../src/kubernetes/generated/apps-v1.js';
import type { Service } from '../../src/kubernetes/generated/core-v1.js';
import type { DestinationRule, VirtualService } from '../../src/kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../src/kubernetes/generated/networking-v1.js';

const HASH = 'rollouts-pod-template-hash';

/** The objects of one Rollout's namespace. */
export interface RolloutObjects {
  readonly rollout: Rollout | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
}

/** What tools and users can see of a Rollout, without times, uids and hashes: versions are called by the tag of their image. */
export type RolloutState = Readonly<Record<string, unknown>>;

/** Puts the state of a Rollout together, so that it can be compared between controllers. */
export function rolloutState(found: RolloutObjects): RolloutState {
  const { rollout } = found;
  const status = rollout?.status ?? {};
  const version = versionNames(found.replicaSets);
  const named = (hash: string | undefined): string | undefined => (hash === undefined || hash === '' ? undefined : (version.get(hash) ?? hash));
  const unhashed = (text: string | undefined): string | undefined => text && [...version].reduce((all, [hash, name]) => all.replaceAll(hash, `<${name}>`), text);
  const unhashedIn = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(unhashed(JSON.stringify(value)) ?? '') as unknown));
  const { canary, blueGreen } = status;
  const weight = (destination: { weight: number; serviceName?: string | undefined; podTemplateHash?: string | undefined } | undefined): unknown =>
    destination && { weight: destination.weight, service: unhashed(destination.serviceName), version: named(destination.podTemplateHash) };
  return plain({
    spec: { replicas: rollout?.spec.replicas, paused: rollout?.spec.paused },
    phase: status.phase, message: unhashed(status.message),
    abort: status.abort, promoteFull: status.promoteFull, controllerPause: status.controllerPause,
    step: status.currentStepIndex,
    pauses: status.pauseConditions?.map(({ reason }) => reason),
    current: named(status.currentPodHash), stable: named(status.stableRS),
    counts: { replicas: status.replicas, updated: status.updatedReplicas, ready: status.readyReplicas, available: status.availableReplicas, HPA: status.HPAReplicas },
    selector: unhashed(status.selector),
    isObserved: status.observedGeneration === String(rollout?.metadata.generation ?? ''),
    conditions: Object.fromEntries((status.conditions ?? []).map(({ type, status: holds, reason }) => [type, `${holds} ${reason ?? ''}`] as const).sort(([one], [other]) => one.localeCompare(other))),
    stablePingPong: canary?.stablePingPong,
    weights: canary?.weights && { canary: weight(canary.weights.canary), stable: weight(canary.weights.stable), additional: canary.weights.additional?.map(weight) },
    stepRun: canary?.currentStepAnalysisRunStatus?.status, backgroundRun: canary?.currentBackgroundAnalysisRunStatus?.status, experiment: unhashed(canary?.currentExperiment),
    blueGreen: blueGreen && {
      preview: named(blueGreen.previewSelector), active: named(blueGreen.activeSelector), checkPoint: blueGreen.scaleUpPreviewCheckPoint,
      before: blueGreen.prePromotionAnalysisRunStatus?.status, after: blueGreen.postPromotionAnalysisRunStatus?.status,
    },
    completion: status.duration?.completionStatus,
    restarted: status.restartedAt !== undefined,
    replicaSets: byName(found.replicaSets, (each) => version.get(each.metadata.labels?.[HASH] ?? '') ?? `${tagOf(each)} of the Deployment`, ({ spec, status: own, metadata }) => ({
      replicas: spec.replicas, ready: own?.readyReplicas ?? 0,
      revision: metadata.annotations?.['rollout.argoproj.io/revision'], desired: metadata.annotations?.['rollout.argoproj.io/desired-replicas'],
      hasDeadline: (metadata.annotations?.['scale-down-deadline'] ?? '') !== '',
      owner: metadata.ownerReferences?.map(({ kind, controller }) => `${kind} ${String(controller)}`),
    })),
    services: byName(found.services, ({ metadata }) => unhashed(metadata.name) ?? '', ({ spec, metadata }) => ({ version: named(spec?.selector?.[HASH]), managedBy: metadata.annotations?.['argo-rollouts.argoproj.io/managed-by-rollouts'] })),
    ingresses: byName(found.ingresses.filter(({ metadata }) => metadata.ownerReferences !== undefined), ({ metadata }) => metadata.name, ({ metadata, spec }) => ({ annotations: metadata.annotations, rules: spec?.rules, class: spec?.ingressClassName, tls: spec?.tls })),
    virtualServices: byName(found.virtualServices, ({ metadata }) => metadata.name, ({ spec }) => unhashedIn(spec)),
    destinationRules: byName(found.destinationRules, ({ metadata }) => metadata.name, ({ spec, metadata }) => ({
      managedBy: metadata.annotations?.['argo-rollouts.argoproj.io/managed-by-rollouts'],
      subsets: spec.subsets?.map(({ name, labels }) => ({ name: unhashed(name), labels: { ...labels, ...(labels?.[HASH] === undefined ? {} : { [HASH]: named(labels[HASH]) }) } })),
    })),
    analysisRuns: byName(found.analysisRuns, ({ metadata }) => unhashed(metadata.name) ?? '', ({ status: own, metadata }) => ({ phase: own?.phase, message: own?.message, type: metadata.labels?.['rollout-type'] })),
    experiments: byName(found.experiments, ({ metadata }) => unhashed(metadata.name) ?? '', ({ status: own }) => ({ phase: own?.phase, message: own?.message })),
  });
}

/** The versions by the hash of their Pods; a tag that stands twice (an experiment's ReplicaSet) is called by its ReplicaSet's template as well. */
function versionNames(replicaSets: readonly ReplicaSet[]): Map<string, string> {
  return new Map(
    replicaSets.flatMap((replicaSet) => {
      const { metadata } = replicaSet;
      const tag = tagOf(replicaSet);
      const hash = metadata.labels?.[HASH];
      const template = metadata.annotations?.['experiment.argoproj.io/template-name'];
      return hash === undefined ? [] : [[hash, template === undefined ? tag : `${tag} in ${template}`] as const];
    }),
  );
}

const tagOf = ({ spec }: ReplicaSet): string => spec.template?.spec?.containers[0]?.image?.split(':').at(-1) ?? '';

const byName = <T>(objects: readonly T[], name: (object: T) => string, value: (object: T) => unknown): Record<string, unknown> | undefined =>
  objects.length === 0 ? undefined : Object.fromEntries(objects.map((each) => [name(each), value(each)] as const).sort(([one], [other]) => one.localeCompare(other)));

/** As JSON has it: without what is not there. */
const plain = (value: unknown): RolloutState => JSON.parse(JSON.stringify(value)) as RolloutState;

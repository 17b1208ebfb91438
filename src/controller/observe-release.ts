import type { Observation } from '../engine/observation.js';
import type { ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import { equalTemplates, hashTemplate } from '../kubernetes/pod-template.js';
import { noEvidence } from '../model/evidence.js';
import type { Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { HASH_LABEL, type Role, type VersionTarget } from '../model/version.js';
import { observeApprovals } from './approvals.js';
import { imagesOfPods } from './canary-images.js';
import type { ControllerContext } from './context.js';
import { foundIn } from './found.js';
import { observeFreezes } from './freezes.js';
import { observeRouting, routingOf, type Routing } from './routing.js';
import { hashOfRunning, observeRunning, observeTried, targetOfRunning, wantedName, type RunningVersion } from './running-versions.js';
import { pausingOf } from './pausing.js';
import { overwrittenSizes } from './running-sizes.js';
import { observeJob } from './step-job.js';
import { observeReplicaSet, replicaSetsOf, type Holders } from './versions.js';
import { workloadOf, type Workload } from './workload.js';

/** Everything that one pass over a release works with. */
export interface ReleaseView {
  readonly release: Release;
  readonly policy: ReleasePolicy | undefined;
  readonly workload: Workload | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  readonly holders: Holders;
  readonly routing: Routing;
  readonly observation: Observation;
}

/** Puts together what the engine may know. */
export function observeRelease(context: ControllerContext, release: Release): ReleaseView {
  const { caches, clock } = context;
  const namespace = release.metadata.namespace ?? '';
  const policy = caches.policies.get({ namespace, name: release.spec.policy });
  const workload = policy && workloadOf(policy, caches);
  if (policy && workload?.versions) return observeVersions(context, release, policy, workload, workload.versions);
  const holders: Holders = { homeUid: workload?.owner.metadata.uid, policyUid: policy?.metadata.uid, releaseUid: release.metadata.uid };
  const replicaSets = workload ? replicaSetsOf(workload, caches) : leftOf(release, caches);
  const byName = (name: string): ReplicaSet | undefined => replicaSets.find(({ metadata }) => metadata.name === name);
  const { stable, canary } = release.spec;
  const observe = (replicaSet: ReplicaSet | undefined): Observation['others'][number] | undefined => replicaSet && observeReplicaSet(replicaSet, holders, caches);
  const observed = { stable: observe(byName(stable.replicaSet)), canary: observe(byName(canary.replicaSet)) };
  const target = (hash: string, replicaSet: ReplicaSet | undefined, ready: number): VersionTarget => ({
    hash,
    readyPods: ready,
    podLabels: { ...(replicaSet?.spec.template ?? workload?.template)?.metadata?.labels, [HASH_LABEL]: hash },
  });
  const routing = routingOf(release, foundIn(namespace, caches, clock.now()), {
    stable: target(stable.hash, byName(stable.replicaSet), observed.stable?.ready ?? 0),
    canary: target(canary.hash, byName(canary.replicaSet), observed.canary?.ready ?? 0),
  });
  const observation: Observation = {
    ...observeRecords(context, release, policy),
    workload: workload && {
      kind: workload.kind, replicas: workload.replicas, paused: workload.paused, pausing: pausingOf(workload, caches, clock.now()).pausing, observed: workload.observed, rolledOut: workload.rolledOut,
      template: templateOf(workload, byName(stable.replicaSet), byName(canary.replicaSet), canary.hash),
    },
    orphaned: !workload && isLeftBehind(release, observed.stable !== undefined, byName(canary.replicaSet), caches),
    replicaSets: observed,
    canaryImages: imagesOfPods([byName(canary.replicaSet)].flatMap((each) => each ?? []), caches),
    others: replicaSets.filter(({ metadata }) => metadata.name !== stable.replicaSet && metadata.name !== canary.replicaSet).flatMap((each) => observe(each) ?? []),
    routing: observeRouting(routing, release.status),
  };
  return { release, policy, workload, replicaSets, holders, routing, observation };
}

/** What does not depend on how versions are run. */
function observeRecords({ caches, analyses, gates, clock }: ControllerContext, release: Release, policy: ReleasePolicy | undefined) {
  const { namespace = '', name, deletionTimestamp } = release.metadata;
  return {
    releaseDeleted: deletionTimestamp !== undefined,
    policyDeleted: policy === undefined || policy.metadata.deletionTimestamp !== undefined,
    evidence: analyses.counts({ namespace, name }) ?? release.status?.evidence ?? noEvidence,
    analysis: analyses.observe({ namespace, name }),
    job: observeJob(release, caches),
    gate: gates.observe(release),
    approvals: observeApprovals(release, caches),
    frozen: observeFreezes(release, policy, caches, clock.now()),
  };
}

/** The same for versions that users run: nobody lends them, so who holds them is what the record says. */
function observeVersions(context: ControllerContext, release: Release, policy: ReleasePolicy, workload: Workload, versions: readonly RunningVersion[]): ReleaseView {
  const { caches, clock } = context;
  const { stable, canary } = release.spec;
  const find = (name: string): RunningVersion | undefined => versions.find((version) => version.name === name);
  const intent = release.status?.intent;
  const observe = (role: Role): Observation['others'][number] | undefined => {
    const version = find(release.spec[role].replicaSet);
    const holder = intent?.holders[role] ?? 'home';
    return version && (role === 'canary' ? observeTried : observeRunning)(version, holder === 'free' ? 'nobody' : holder, caches);
  };
  const observed = { stable: observe('stable'), canary: observe('canary') };
  const routing = routingOf(release, foundIn(release.metadata.namespace ?? '', caches, clock.now()), {
    stable: targetOfRunning(find(stable.replicaSet), release, stable, observed.stable?.ready ?? 0),
    canary: targetOfRunning(find(canary.replicaSet), release, canary, observed.canary?.ready ?? 0),
  });
  // While Serin sizes the stable version, what it ran with is only on record.
  const sized = intent?.holders.stable === 'release' && intent.sizes.stable !== undefined;
  const replicas = policy.spec.workload.versions?.replicas ?? (sized ? release.spec.workload.replicas : observed.stable?.size) ?? workload.replicas;
  const wanted = find(wantedName(policy));
  const steered = observeRouting(routing, release.status);
  const asks = (version: Release['spec']['canary']): boolean => wanted?.name === version.replicaSet && hashOfRunning(wanted) === version.hash;
  const observation: Observation = {
    ...observeRecords(context, release, policy),
    workload: { kind: 'Versions', replicas, paused: true, observed: true, rolledOut: true, template: asks(canary) ? 'canary' : asks(stable) ? 'stable' : 'other' },
    replicaSets: observed,
    canaryImages: imagesOfPods(find(canary.replicaSet)?.replicaSets ?? [], caches),
    others: [],
    routing: { ...steered, problems: [...steered.problems, ...overwrittenSizes(release, caches)] },
  };
  return { release, policy, workload, replicaSets: [], holders: { homeUid: undefined, policyUid: undefined, releaseUid: undefined }, routing, observation };
}

/** Which version the workload asks for, told by its template and not by hashes. */
function templateOf(workload: Workload, stable: ReplicaSet | undefined, canary: ReplicaSet | undefined, canaryHash: string): 'stable' | 'canary' | 'other' {
  if (canary?.spec.template && equalTemplates(canary.spec.template, workload.template)) return 'canary';
  if (stable?.spec.template && equalTemplates(stable.spec.template, workload.template)) return 'stable';
  // Before its ReplicaSet is made, the canary has no template but the workload's own.
  return !canary && hashTemplate(workload.template) === canaryHash ? 'canary' : 'other';
}

/**
 * Whether a Deployment that is gone, or about to go, leaves its Pods: then its owner references are taken off them first, and
 * a stable version that it controlled is still there.
 */
function isLeftBehind({ spec, metadata: { namespace = '' } }: Release, stableIsThere: boolean, canary: ReplicaSet | undefined, { deployments }: ControllerContext['caches']): boolean {
  if (spec.workload.kind === 'Inline') return false;
  const deployment = deployments.get({ namespace, name: spec.workload.name });
  if (deployment) return deployment.metadata.finalizers?.includes('orphan') ?? false;
  return stableIsThere && (canary?.metadata.ownerReferences?.every(({ kind }) => kind !== 'Deployment') ?? false);
}

/** What a release holds of a workload that is gone, and its stable version, whoever holds that. */
function leftOf(release: Release, { replicaSets }: ControllerContext['caches']): ReplicaSet[] {
  const namespace = release.metadata.namespace ?? '';
  const held = replicaSets.controlledBy(release.metadata.uid ?? '');
  const stable = replicaSets.get({ namespace, name: release.spec.stable.replicaSet });
  return (stable && !held.includes(stable) ? [...held, stable] : held).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

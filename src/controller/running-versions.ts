import type { ReplicaSetObservation } from '../engine/observation.js';
import type { VersionObservation } from '../engine/resting.js';
import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import { isOwnedBy } from '../kubernetes/owners.js';
import { equalTemplates } from '../kubernetes/pod-template.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { nameOfListed, type ListedVersion, type VersionKind } from '../model/policy/workload.js';
import { hashLabelOf, HASH_LABEL, ownLead, type VersionTarget } from '../model/version.js';
import type { Release } from '../model/release.js';
import type { Caches } from './caches.js';
import { hashOf, observeReplicaSet } from './versions.js';

/** What runs a version, and is scaled. */
export type VersionRunner = { readonly kind: 'Deployment'; readonly object: Deployment } | { readonly kind: 'ReplicaSet'; readonly object: ReplicaSet };

/** A version that users run, as a Deployment or a ReplicaSet of its own. */
export interface RunningVersion {
  readonly name: string;
  readonly runner: VersionRunner;
  readonly template: PodTemplateSpec;
  /** The label that tells its Pods apart. */
  readonly hashLabel: string;
  /** The Service, or the subset of one, that leads to it alone. */
  readonly lead: Pick<VersionTarget, 'service' | 'subset'>;
  /** Of the present template; undefined before it is made. */
  readonly replicaSet: ReplicaSet | undefined;
  /** All that control Pods of it. */
  readonly replicaSets: readonly ReplicaSet[];
}

/** The versions of a policy that exist, oldest first. */
export function runningVersions({ metadata: { namespace = '' }, spec }: ReleasePolicy, caches: Caches): RunningVersion[] {
  const { list = [], hashLabel = HASH_LABEL } = spec.workload.versions ?? {};
  return list.flatMap((listed) => runByDeployment(namespace, listed, hashLabel, caches) ?? runByReplicaSet(namespace, listed, hashLabel, caches) ?? []);
}

function runByDeployment(namespace: string, { deployment: name, ...listed }: ListedVersion, hashLabel: string, caches: Caches): RunningVersion | undefined {
  const deployment = name === undefined ? undefined : caches.deployments.get({ namespace, name });
  if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return undefined;
  const { template } = deployment.spec;
  const replicaSets = caches.replicaSets.list({ namespace }).filter((each) => isOwnedBy(each, deployment));
  const replicaSet = replicaSets.find(({ spec }) => spec.template !== undefined && equalTemplates(spec.template, template));
  return { name: deployment.metadata.name, runner: { kind: 'Deployment', object: deployment }, template, hashLabel, lead: ownLead(listed), replicaSet, replicaSets };
}

function runByReplicaSet(namespace: string, { replicaSet: name, ...listed }: ListedVersion, hashLabel: string, caches: Caches): RunningVersion | undefined {
  const replicaSet = name === undefined ? undefined : caches.replicaSets.get({ namespace, name });
  if (!replicaSet || replicaSet.metadata.deletionTimestamp !== undefined) return undefined;
  return { name: replicaSet.metadata.name, runner: { kind: 'ReplicaSet', object: replicaSet }, template: replicaSet.spec.template ?? {}, hashLabel, lead: ownLead(listed), replicaSet, replicaSets: [replicaSet] };
}

/** How many Pods a running version is asked for. */
export const sizeOfRunning = ({ runner }: RunningVersion): number => runner.object.spec.replicas ?? 1;

/** What runs the version with this name, whatever policy it is of. */
export function runnerNamed(kind: VersionKind, name: { readonly namespace: string; readonly name: string }, caches: Pick<Caches, 'deployments' | 'replicaSets'>): VersionRunner | undefined {
  if (kind === 'Deployment') {
    const object = caches.deployments.get(name);
    return object && { kind, object };
  }
  const object = caches.replicaSets.get(name);
  return object && { kind, object };
}

/** The name of the version that a policy wants: the last one of its list where it says nothing. */
export function wantedName({ spec }: ReleasePolicy): string {
  const { want, list = [] } = spec.workload.versions ?? {};
  return want ?? nameOfListed(list.at(-1) ?? {});
}

/** @param holder what the record says; nobody but who made them ever controls these Pods */
export function observeRunning(version: RunningVersion, holder: ReplicaSetObservation['holder'], caches: Caches): ReplicaSetObservation {
  const none = { homeUid: undefined, policyUid: undefined, releaseUid: undefined };
  const { replicaSets, replicaSet } = version;
  const all = replicaSets.map((each) => observeReplicaSet(each, none, caches));
  const sum = (count: (each: ReplicaSetObservation) => number): number => all.reduce((total, each) => total + count(each), 0);
  return {
    name: version.name,
    size: sizeOfRunning(version),
    pods: sum(({ pods }) => pods),
    ready: sum(({ ready }) => ready),
    holder,
    troubles: all.find(({ name }) => name === replicaSet?.metadata.name)?.troubles ?? [],
    ending: all.flatMap(({ ending = [] }) => ending),
  };
}

/**
 * A version on trial. Where its ReplicaSet says for how long Pods must be ready to count, only those that were do: requests go to
 * all that are ready, but no step is done before.
 */
export function observeTried(version: RunningVersion, holder: ReplicaSetObservation['holder'], caches: Caches): ReplicaSetObservation {
  const observed = observeRunning(version, holder, caches);
  const { runner: { kind, object } } = version;
  return kind === 'ReplicaSet' && (object.spec.minReadySeconds ?? 0) > 0 ? { ...observed, ready: Math.min(observed.ready, object.status?.availableReplicas ?? 0) } : observed;
}

/** A running version as a policy at rest sees it. */
export function observeResting(version: RunningVersion, policy: ReleasePolicy, caches: Caches): VersionObservation {
  return { ...observeRunning(version, 'home', caches), hash: hashOfRunning(version), wanted: version.name === wantedName(policy) };
}

/** The hash that tells its Pods apart; empty before there are any, and where they carry no such label. */
export const hashOfRunning = ({ replicaSet, hashLabel }: RunningVersion): string => (replicaSet ? hashOf(replicaSet, hashLabel) : '');

/** A running version as routers see it. */
export function targetOfRunning(version: RunningVersion | undefined, release: Release, recorded: Release['spec']['canary'], ready: number): VersionTarget {
  const hashLabel = hashLabelOf(release);
  return {
    hash: recorded.hash,
    ...(hashLabel === HASH_LABEL ? {} : { hashLabel }),
    readyPods: ready,
    podLabels: { ...version?.template.metadata?.labels, [hashLabel]: recorded.hash },
    ...ownLead(recorded),
  };
}

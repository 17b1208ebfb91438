import type { ReplicaSetObservation } from '../engine/observation.js';
import type { VersionObservation } from '../engine/resting.js';
import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import { isOwnedBy } from '../kubernetes/owners.js';
import { equalTemplates } from '../kubernetes/pod-template.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Release } from '../model/release.js';
import { HASH_LABEL, type VersionTarget } from '../model/version.js';
import type { Caches } from './caches.js';
import { hashOf, observeReplicaSet } from './versions.js';

/** A version that users run as a Deployment of its own. */
export interface RunningVersion {
  readonly deployment: Deployment;
  /** Leads to it alone. */
  readonly service: string | undefined;
  /** Of the Deployment's present template; undefined before it is made. */
  readonly replicaSet: ReplicaSet | undefined;
  /** All ReplicaSets of the Deployment. */
  readonly replicaSets: readonly ReplicaSet[];
}

/** The versions of a policy that exist, oldest first. */
export function runningVersions({ metadata: { namespace = '' }, spec }: ReleasePolicy, caches: Caches): RunningVersion[] {
  return (spec.workload.versions?.list ?? []).flatMap(({ deployment: name, service }) => {
    const deployment = caches.deployments.get({ namespace, name });
    if (!deployment || deployment.metadata.deletionTimestamp !== undefined) return [];
    const replicaSets = caches.replicaSets.list({ namespace }).filter((each) => isOwnedBy(each, deployment));
    const replicaSet = replicaSets.find(({ spec: { template } }) => template !== undefined && equalTemplates(template, deployment.spec.template));
    return [{ deployment, service, replicaSet, replicaSets }];
  });
}

/** The name of the version that a policy wants: the last one of its list where it says nothing. */
export const wantedName = ({ spec }: ReleasePolicy): string => spec.workload.versions?.want ?? spec.workload.versions?.list.at(-1)?.deployment ?? '';

/** @param holder what the record says; nobody but the user's Deployment ever controls these Pods */
export function observeRunning({ deployment, replicaSets, replicaSet }: RunningVersion, holder: ReplicaSetObservation['holder'], caches: Caches): ReplicaSetObservation {
  const none = { homeUid: undefined, policyUid: undefined, releaseUid: undefined };
  const all = replicaSets.map((each) => observeReplicaSet(each, none, caches));
  const sum = (count: (each: ReplicaSetObservation) => number): number => all.reduce((total, each) => total + count(each), 0);
  return {
    name: deployment.metadata.name,
    size: deployment.spec.replicas ?? 1,
    pods: sum(({ pods }) => pods),
    ready: sum(({ ready }) => ready),
    holder,
    troubles: all.find(({ name }) => name === replicaSet?.metadata.name)?.troubles ?? [],
    ending: all.flatMap(({ ending = [] }) => ending),
  };
}

/** A running version as a policy at rest sees it. */
export function observeResting(version: RunningVersion, policy: ReleasePolicy, caches: Caches): VersionObservation {
  return { ...observeRunning(version, 'home', caches), hash: hashOfRunning(version), wanted: version.deployment.metadata.name === wantedName(policy) };
}

/** The hash that tells its Pods apart; empty before there are any. */
export const hashOfRunning = ({ replicaSet }: RunningVersion): string => (replicaSet ? hashOf(replicaSet) : '');

/** A running version as routers see it. */
export function targetOfRunning(version: RunningVersion | undefined, recorded: Release['spec']['canary'], ready: number): VersionTarget {
  return {
    hash: recorded.hash,
    readyPods: ready,
    podLabels: { ...version?.deployment.spec.template.metadata?.labels, [HASH_LABEL]: recorded.hash },
    ...(recorded.service === undefined ? {} : { service: recorded.service }),
  };
}

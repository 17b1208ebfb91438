import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import type { LabelSelector } from '../kubernetes/generated/meta-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import type { Caches } from './caches.js';
import { runningVersions, sizeOfRunning, wantedName, type RunningVersion } from './running-versions.js';

/** The program of a policy: a Deployment that the user keeps, an inline one that only the policy holds, or versions that users run each by itself. */
export interface Workload {
  readonly kind: 'Deployment' | 'Inline' | 'Versions';
  readonly name: string;
  readonly namespace: string;
  /** The policy that it is of. */
  readonly policy: string;
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly paused: boolean;
  /** Whether its controller has seen the present spec. */
  readonly observed: boolean;
  /** Whether the template's Pods are all there and ready, and no others. */
  readonly rolledOut: boolean;
  /** Who controls its ReplicaSets when nobody borrows them. */
  readonly owner: KubernetesObject;
  readonly deployment: Deployment | undefined;
  /** Where users run each version themselves. */
  readonly versions?: readonly RunningVersion[];
}

/** @returns undefined when the Deployment does not exist or is being deleted */
export function workloadOf(policy: ReleasePolicy, caches: Caches): Workload | undefined {
  const namespace = policy.metadata.namespace ?? '';
  const { deployment: name, inline, versions } = policy.spec.workload;
  if (versions) return versionsWorkload(policy, caches);
  if (inline) {
    return {
      kind: 'Inline', name: policy.metadata.name, namespace, policy: policy.metadata.name, replicas: inline.replicas, selector: inline.selector, template: inline.template,
      paused: true, observed: true, rolledOut: true, owner: policy, deployment: undefined,
    };
  }
  const deployment = name === undefined ? undefined : caches.deployments.get({ namespace, name });
  return deployment && deployment.metadata.deletionTimestamp === undefined ? deploymentWorkload(deployment, policy.metadata.name) : undefined;
}

/** Undefined when none of the versions exists. */
function versionsWorkload(policy: ReleasePolicy, caches: Caches): Workload | undefined {
  const versions = runningVersions(policy, caches);
  const named = (wanted: string | undefined): RunningVersion | undefined => versions.find(({ name }) => name === wanted);
  const stable = named(policy.status?.stable?.replicaSet) ?? versions[0];
  // One that is gone in the middle of a release leaves the stable one to go back to.
  const wanted = named(wantedName(policy)) ?? stable;
  if (!wanted) return undefined;
  return {
    kind: 'Versions', name: policy.metadata.name, namespace: policy.metadata.namespace ?? '', policy: policy.metadata.name,
    replicas: policy.spec.workload.versions?.replicas ?? (stable ? sizeOfRunning(stable) : 1),
    selector: wanted.runner.object.spec.selector, template: wanted.template,
    paused: true, observed: true, rolledOut: true, owner: policy, deployment: undefined, versions,
  };
}

function deploymentWorkload(deployment: Deployment, policy: string): Workload {
  const { spec, status = {}, metadata } = deployment;
  const replicas = spec.replicas ?? 1;
  const observed = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  return {
    kind: 'Deployment', name: metadata.name, namespace: metadata.namespace ?? '', policy, replicas, selector: spec.selector, template: spec.template,
    paused: spec.paused ?? false,
    observed,
    rolledOut: observed && (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas,
    owner: deployment,
    deployment,
  };
}

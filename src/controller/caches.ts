import type { Informer, RunningInformer } from '../cluster/informer.js';
import type { Deployment, ReplicaSet } from '../kubernetes/generated/apps-v1.js';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../kubernetes/generated/admissionregistration-v1.js';
import type { Job } from '../kubernetes/generated/batch-v1.js';
import type { Approval } from '../model/approval.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import type { FreezeWindow } from '../model/freeze-window.js';
import type { MetricTemplate } from '../model/metric-template.js';
import type { Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';

/** What the controller sees of the cluster. */
export interface Caches {
  readonly policies: Informer<ReleasePolicy>;
  readonly releases: Informer<Release>;
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: RunningInformer<ReplicaSet>;
  readonly pods: RunningInformer<Pod>;
  readonly jobs: RunningInformer<Job>;
  readonly approvals: Informer<Approval>;
  readonly approvalPolicy: Informer<ValidatingAdmissionPolicy>;
  readonly approvalBinding: Informer<ValidatingAdmissionPolicyBinding>;
  readonly metricTemplates: Informer<MetricTemplate>;
  /** Undefined for a controller that works in one namespace. */
  readonly clusterMetricTemplates: Informer<MetricTemplate> | undefined;
  readonly freezeWindows: Informer<FreezeWindow>;
  /** Undefined for a controller that works in one namespace. */
  readonly clusterFreezeWindows: Informer<FreezeWindow> | undefined;
  /** The kinds that routers watch, and those that keep Deployments from rolling; undefined for one that this cluster does not serve. */
  routing<T extends KubernetesObject>(resource: Resource<T>): Informer<T> | undefined;
  /** Whether this controller works in this namespace, and so sees what is in it. */
  sees(namespace: string): boolean;
  /** Why a kind that the cluster serves cannot be seen, in a sentence with the remedy; undefined when it can. */
  blindness(resource: Resource<KubernetesObject>): string | undefined;
  /** Milliseconds since the epoch when the present generation of a routing object was first seen. */
  unchangedSince(object: KubernetesObject): number;
}

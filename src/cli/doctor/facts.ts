import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../kubernetes/generated/admissionregistration-v1.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { Lease } from '../../kubernetes/generated/coordination-v1.js';
import type { Namespace, Pod } from '../../kubernetes/generated/core-v1.js';
import type { GatewayClass } from '../../kubernetes/generated/gateway-api-v1.js';
import type { IngressClass, NetworkPolicy } from '../../kubernetes/generated/networking-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { FreezeWindow } from '../../model/freeze-window.js';
import type { MetricTemplate } from '../../model/metric-template.js';
import type { ReleasePolicy } from '../../model/release-policy.js';

/** Objects of a kind; `unserved` where the cluster does not know it, `forbidden` where the caller may not look. */
export type Seen<T> = readonly T[] | 'unserved' | 'forbidden';

export const seen = <T>(objects: Seen<T>): readonly T[] => (typeof objects === 'string' ? [] : objects);

/** The Lease by which a controller leads, and whether it is kept up. */
export interface Leader {
  readonly lease: Lease;
  readonly alive: boolean;
}

/** Somebody, and what of all that was asked the API server would refuse; `unknown` where it cannot be asked. */
export interface Rights {
  readonly refused: readonly string[] | 'unknown';
}

/** Everything that is looked at on a cluster. Plain data. */
export interface ClusterFacts {
  /** As in `v1.36.2`. */
  readonly version: string;
  readonly definitions: Seen<CustomResourceDefinition>;
  /** Whether each of Serin's kinds is answered for, by plural. */
  readonly served: ReadonlySet<string>;
  /** Deployments of controllers. */
  readonly controllers: Seen<Deployment>;
  readonly leaders: Seen<Leader>;
  readonly caller: Rights;
  /** Of the ServiceAccounts of the controllers, by `namespace/name`. */
  readonly accounts: Readonly<Record<string, Rights>>;
  readonly mutatingPolicies: Seen<MutatingAdmissionPolicy>;
  readonly mutatingBindings: Seen<MutatingAdmissionPolicyBinding>;
  readonly validatingPolicies: Seen<ValidatingAdmissionPolicy>;
  readonly validatingBindings: Seen<ValidatingAdmissionPolicyBinding>;
  readonly policies: Seen<ReleasePolicy>;
  /** Of namespaces and of the cluster. */
  readonly freezeWindows: Seen<FreezeWindow>;
  readonly namespaces: Seen<Namespace>;
  readonly virtualServices: Seen<KubernetesObject>;
  readonly ingressClasses: Seen<IngressClass>;
  readonly gatewayClasses: Seen<GatewayClass>;
  /** All Deployments of the cluster that may run a routing product, by their labels. */
  readonly productDeployments: Seen<Deployment>;
  /** Of Argo Rollouts. */
  readonly rollouts: Seen<KubernetesObject>;
  /** Leases by which Argo Rollouts' own controllers lead. */
  readonly argoLeaders: Seen<Leader>;
  /** Applications of Argo CD. */
  readonly applications: Seen<KubernetesObject>;
  /** Kustomizations of Flux. */
  readonly kustomizations: Seen<KubernetesObject>;
  readonly gatewaysElsewhere: readonly GatewayElsewhere[];
  /** Of the namespaces of policies. */
  readonly pods: Seen<Pod>;
  readonly networkPolicies: Seen<NetworkPolicy>;
  readonly peerAuthentications: Seen<KubernetesObject>;
  readonly metricTemplates: Seen<MetricTemplate>;
  readonly clusterMetricTemplates: Seen<MetricTemplate>;
  /** Whether those are there that metrics read, by `namespace/name`. Nothing of what is in them. */
  readonly secrets: Readonly<Record<string, 'there' | 'missing' | 'forbidden'>>;
  /** What Serin writes in and others may have in git, by policy. */
  readonly shared: readonly SharedObject[];
}

/** A Gateway of another namespace than the policy by whose routes it is named. */
export interface GatewayElsewhere {
  readonly policy: string;
  readonly namespace: string;
  /** `namespace/name`. */
  readonly gateway: string;
}

/** An object that a policy's releases write in, and where. */
export interface SharedObject {
  readonly policy: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The field that Serin writes, as a JSON pointer. */
  readonly pointer: string;
  readonly annotations: Readonly<Record<string, string>>;
}

import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from './generated/admissionregistration-v1.js';
import type { CustomResourceDefinition } from './generated/apiextensions-v1.js';
import type { Deployment, ReplicaSet } from './generated/apps-v1.js';
import type { Lease } from './generated/coordination-v1.js';
import type { ConfigMap, Event, Namespace, Node, Pod, Secret, Service, ServiceAccount } from './generated/core-v1.js';
import type { EndpointSlice } from './generated/discovery-v1.js';
import type { DestinationRule, Gateway, VirtualService } from './generated/istio-v1.js';
import type { Ingress } from './generated/networking-v1.js';
import type { KubernetesObject, Resource } from './objects.js';

const resource = <T extends KubernetesObject>(group: string, version: string, kind: string, plural: string, namespaced = true): Resource<T> => ({
  group,
  version,
  kind,
  plural,
  namespaced,
});

/** The resources that Serin and its local cluster use. */
export const resources = {
  namespaces: resource<Namespace>('', 'v1', 'Namespace', 'namespaces', false),
  nodes: resource<Node>('', 'v1', 'Node', 'nodes', false),
  pods: resource<Pod>('', 'v1', 'Pod', 'pods'),
  services: resource<Service>('', 'v1', 'Service', 'services'),
  configMaps: resource<ConfigMap>('', 'v1', 'ConfigMap', 'configmaps'),
  secrets: resource<Secret>('', 'v1', 'Secret', 'secrets'),
  serviceAccounts: resource<ServiceAccount>('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  events: resource<Event>('', 'v1', 'Event', 'events'),
  deployments: resource<Deployment>('apps', 'v1', 'Deployment', 'deployments'),
  replicaSets: resource<ReplicaSet>('apps', 'v1', 'ReplicaSet', 'replicasets'),
  endpointSlices: resource<EndpointSlice>('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  leases: resource<Lease>('coordination.k8s.io', 'v1', 'Lease', 'leases'),
  ingresses: resource<Ingress>('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  customResourceDefinitions: resource<CustomResourceDefinition>('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  mutatingAdmissionPolicies: resource<MutatingAdmissionPolicy>('admissionregistration.k8s.io', 'v1', 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', false),
  mutatingAdmissionPolicyBindings: resource<MutatingAdmissionPolicyBinding>('admissionregistration.k8s.io', 'v1', 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings', false),
  validatingAdmissionPolicies: resource<ValidatingAdmissionPolicy>('admissionregistration.k8s.io', 'v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', false),
  validatingAdmissionPolicyBindings: resource<ValidatingAdmissionPolicyBinding>('admissionregistration.k8s.io', 'v1', 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', false),
  virtualServices: resource<VirtualService>('networking.istio.io', 'v1', 'VirtualService', 'virtualservices'),
  destinationRules: resource<DestinationRule>('networking.istio.io', 'v1', 'DestinationRule', 'destinationrules'),
  gateways: resource<Gateway>('networking.istio.io', 'v1', 'Gateway', 'gateways'),
} as const;

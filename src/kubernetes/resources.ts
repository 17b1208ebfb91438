import type { HorizontalPodAutoscaler } from './generated/autoscaling-v2.js';
import type { PodDisruptionBudget } from './generated/policy-v1.js';
import type { Job } from './generated/batch-v1.js';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from './generated/admissionregistration-v1.js';
import type { CustomResourceDefinition } from './generated/apiextensions-v1.js';
import type { ControllerRevision, Deployment, ReplicaSet } from './generated/apps-v1.js';
import type { Lease } from './generated/coordination-v1.js';
import type { ConfigMap, Event, Namespace, Node, Pod, PodTemplate, Secret, Service, ServiceAccount } from './generated/core-v1.js';
import type { EndpointSlice } from './generated/discovery-v1.js';
import type { Gateway as GatewayApiGateway, GatewayClass, GRPCRoute, HTTPRoute } from './generated/gateway-api-v1.js';
import type { ReferenceGrant } from './generated/gateway-api-v1beta1.js';
import type { DestinationRule, Gateway, VirtualService } from './generated/istio-v1.js';
import type { Ingress, IngressClass } from './generated/networking-v1.js';
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
  podTemplates: resource<PodTemplate>('', 'v1', 'PodTemplate', 'podtemplates'),
  services: resource<Service>('', 'v1', 'Service', 'services'),
  configMaps: resource<ConfigMap>('', 'v1', 'ConfigMap', 'configmaps'),
  secrets: resource<Secret>('', 'v1', 'Secret', 'secrets'),
  serviceAccounts: resource<ServiceAccount>('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  events: resource<Event>('', 'v1', 'Event', 'events'),
  deployments: resource<Deployment>('apps', 'v1', 'Deployment', 'deployments'),
  replicaSets: resource<ReplicaSet>('apps', 'v1', 'ReplicaSet', 'replicasets'),
  controllerRevisions: resource<ControllerRevision>('apps', 'v1', 'ControllerRevision', 'controllerrevisions'),
  endpointSlices: resource<EndpointSlice>('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  jobs: resource<Job>('batch', 'v1', 'Job', 'jobs'),
  horizontalPodAutoscalers: resource<HorizontalPodAutoscaler>('autoscaling', 'v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers'),
  podDisruptionBudgets: resource<PodDisruptionBudget>('policy', 'v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
  leases: resource<Lease>('coordination.k8s.io', 'v1', 'Lease', 'leases'),
  ingresses: resource<Ingress>('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  ingressClasses: resource<IngressClass>('networking.k8s.io', 'v1', 'IngressClass', 'ingressclasses', false),
  customResourceDefinitions: resource<CustomResourceDefinition>('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  mutatingAdmissionPolicies: resource<MutatingAdmissionPolicy>('admissionregistration.k8s.io', 'v1', 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', false),
  mutatingAdmissionPolicyBindings: resource<MutatingAdmissionPolicyBinding>('admissionregistration.k8s.io', 'v1', 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings', false),
  validatingAdmissionPolicies: resource<ValidatingAdmissionPolicy>('admissionregistration.k8s.io', 'v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', false),
  validatingAdmissionPolicyBindings: resource<ValidatingAdmissionPolicyBinding>('admissionregistration.k8s.io', 'v1', 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', false),
  virtualServices: resource<VirtualService>('networking.istio.io', 'v1', 'VirtualService', 'virtualservices'),
  destinationRules: resource<DestinationRule>('networking.istio.io', 'v1', 'DestinationRule', 'destinationrules'),
  gateways: resource<Gateway>('networking.istio.io', 'v1', 'Gateway', 'gateways'),
  gatewayClasses: resource<GatewayClass>('gateway.networking.k8s.io', 'v1', 'GatewayClass', 'gatewayclasses', false),
  gatewayApiGateways: resource<GatewayApiGateway>('gateway.networking.k8s.io', 'v1', 'Gateway', 'gateways'),
  httpRoutes: resource<HTTPRoute>('gateway.networking.k8s.io', 'v1', 'HTTPRoute', 'httproutes'),
  grpcRoutes: resource<GRPCRoute>('gateway.networking.k8s.io', 'v1', 'GRPCRoute', 'grpcroutes'),
  referenceGrants: resource<ReferenceGrant>('gateway.networking.k8s.io', 'v1beta1', 'ReferenceGrant', 'referencegrants'),
} as const;

import type { PolicyRule } from '../../kubernetes/generated/rbac-v1.js';

const READ = ['get', 'list', 'watch'];
const CHANGE = ['patch', 'update'];
const rule = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): PolicyRule => ({ apiGroups: [...apiGroups], resources: [...resources], verbs: [...verbs] });
const events = rule(['', 'events.k8s.io'], ['events'], ['create', ...CHANGE]);

/** The workload controllers: the garbage collector among them reads and deletes whatever there is. */
export const workloadRules: readonly PolicyRule[] = [
  rule(['*'], ['*'], [...READ, ...CHANGE, 'delete']),
  rule([''], ['pods', 'pods/binding', 'pods/eviction', 'endpoints', 'serviceaccounts'], ['create']),
  rule(['apps'], ['replicasets', 'controllerrevisions'], ['create']),
  rule(['batch'], ['jobs'], ['create']),
  rule(['discovery.k8s.io'], ['endpointslices'], ['create']),
  rule(['coordination.k8s.io'], ['leases'], ['create']),
  events,
];

/** A node: its own Node, the Pods and what they mount, and what it measures of them. */
export const nodeRules: readonly PolicyRule[] = [
  rule([''], ['nodes', 'nodes/status'], [...READ, 'create', ...CHANGE, 'delete']),
  rule([''], ['pods'], [...READ, 'delete', ...CHANGE]),
  rule([''], ['pods/status'], CHANGE),
  rule([''], ['services', 'endpoints', 'configmaps', 'secrets', 'serviceaccounts', 'namespaces', 'persistentvolumes', 'persistentvolumeclaims'], READ),
  rule([''], ['serviceaccounts/token', 'pods/eviction'], ['create']),
  rule(['discovery.k8s.io'], ['endpointslices'], READ),
  rule(['coordination.k8s.io'], ['leases'], [...READ, 'create', ...CHANGE, 'delete']),
  rule(['metrics.k8s.io'], ['pods', 'nodes'], [...READ, 'create', ...CHANGE, 'delete']),
  events,
];

/** The gateway: reads what routes and what it leads to, and says in their status what became of routes. */
export const gatewayRules: readonly PolicyRule[] = [
  rule([''], ['services', 'endpoints', 'pods', 'nodes', 'namespaces', 'secrets', 'configmaps'], READ),
  rule(['discovery.k8s.io'], ['endpointslices'], READ),
  rule(['networking.k8s.io', 'networking.istio.io', 'security.istio.io', 'telemetry.istio.io', 'gateway.networking.k8s.io'], ['*'], READ),
  rule(['networking.k8s.io', 'networking.istio.io', 'gateway.networking.k8s.io'], ['*/status'], ['get', ...CHANGE]),
  rule(['networking.k8s.io', 'gateway.networking.k8s.io'], ['ingressclasses', 'gatewayclasses'], ['create', ...CHANGE]),
  // The Service and the Pod by which others find it.
  rule([''], ['namespaces', 'services'], ['create']),
  rule([''], ['pods'], ['create', 'delete']),
  rule([''], ['pods/status'], ['get', ...CHANGE]),
  rule(['coordination.k8s.io'], ['leases'], [...READ, 'create', ...CHANGE]),
  rule(['apiextensions.k8s.io'], ['customresourcedefinitions'], READ),
  events,
];

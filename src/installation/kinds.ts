import type { ConfigMap } from '../kubernetes/generated/core-v1.js';
import type { NetworkPolicy } from '../kubernetes/generated/networking-v1.js';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../kubernetes/generated/rbac-v1.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';

const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const;
const MONITORING = { group: 'monitoring.coreos.com', version: 'v1', namespaced: true } as const;

/** The kinds that an installation consists of, by name. */
export const installedKinds = {
  Namespace: resources.namespaces,
  CustomResourceDefinition: resources.customResourceDefinitions,
  ValidatingAdmissionPolicy: resources.validatingAdmissionPolicies,
  ValidatingAdmissionPolicyBinding: resources.validatingAdmissionPolicyBindings,
  MutatingAdmissionPolicy: resources.mutatingAdmissionPolicies,
  MutatingAdmissionPolicyBinding: resources.mutatingAdmissionPolicyBindings,
  ServiceAccount: resources.serviceAccounts,
  ClusterRole: { ...RBAC, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false } satisfies Resource<ClusterRole>,
  ClusterRoleBinding: { ...RBAC, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false } satisfies Resource<ClusterRoleBinding>,
  Role: { ...RBAC, kind: 'Role', plural: 'roles', namespaced: true } satisfies Resource<Role>,
  RoleBinding: { ...RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true } satisfies Resource<RoleBinding>,
  Deployment: resources.deployments,
  PodDisruptionBudget: resources.podDisruptionBudgets,
  NetworkPolicy: { group: 'networking.k8s.io', version: 'v1', kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced: true } satisfies Resource<NetworkPolicy>,
  Service: resources.services,
  ConfigMap: resources.configMaps satisfies Resource<ConfigMap>,
  ServiceMonitor: { ...MONITORING, kind: 'ServiceMonitor', plural: 'servicemonitors' } satisfies Resource<KubernetesObject>,
  PrometheusRule: { ...MONITORING, kind: 'PrometheusRule', plural: 'prometheusrules' } satisfies Resource<KubernetesObject>,
} as const satisfies Readonly<Record<string, Resource<KubernetesObject>>>;

export type InstalledKind = keyof typeof installedKinds;

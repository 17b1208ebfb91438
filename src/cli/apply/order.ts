import type { KubernetesObject } from '../../kubernetes/objects.js';

/** Kinds that others need, first; a policy comes after all that it names. Others stand where `*` is, in the given order. */
const ORDER = [
  'Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'Secret', 'ConfigMap', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding',
  'PersistentVolumeClaim', 'Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ClusterAnalysisTemplate', 'AnalysisTemplate', '*', 'DestinationRule', 'VirtualService', 'ReleasePolicy', 'Release',
  'Rollout', 'Experiment', 'AnalysisRun',
];

/** The objects in an order in which each finds what it needs. */
export function inWorkingOrder<T extends { readonly object: KubernetesObject }>(objects: readonly T[]): T[] {
  const rank = ({ object }: T): number => (ORDER.includes(object.kind) ? ORDER.indexOf(object.kind) : ORDER.indexOf('*'));
  return [...objects].sort((a, b) => rank(a) - rank(b));
}

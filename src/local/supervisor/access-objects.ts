import type { ClusterRole, ClusterRoleBinding } from '../../kubernetes/generated/rbac-v1.js';
import type { Part } from './parts.js';

const GROUP = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP}/v1`;

/** A role for each part that has rules, named as its user is, and its binding. */
export function accessObjects(parts: readonly Part[]): (ClusterRole | ClusterRoleBinding)[] {
  return parts.flatMap(({ user, rules }) => {
    if (rules === undefined) return [];
    const metadata = { name: user.username };
    return [
      { apiVersion: API_VERSION, kind: 'ClusterRole', metadata, rules: [...rules] },
      {
        apiVersion: API_VERSION,
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: user.username },
        subjects: [{ apiGroup: GROUP, kind: 'User', name: user.username }],
      },
    ];
  });
}

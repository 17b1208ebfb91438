import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from '../../../../kubernetes/generated/rbac-v1.js';
import type { KubernetesObject, Resource } from '../../../../kubernetes/objects.js';
import { createdAtColumn } from '../columns.js';
import { defineKind } from '../definition.js';
import type { Kind } from '../kind.js';
import { bindingColumns, bindingWideColumns } from './access-columns.js';
import { aggregationProblems, bindingProblems, bindingUpdateProblems, roleProblems } from './access-validation.js';

const GROUP = 'rbac.authorization.k8s.io';

/** The kinds of role-based access: Role, ClusterRole and their bindings. */
export function accessKinds(): Kind[] {
  return [
    defineKind<Role>({
      resource: rbac('Role', 'roles', true),
      schemaName: 'io.k8s.api.rbac.v1.Role',
      nameRule: 'path-segment',
      columnsWithoutAge: [createdAtColumn],
      validate: ({ rules }) => roleProblems(rules, true),
    }),
    defineKind<RoleBinding>({
      resource: rbac('RoleBinding', 'rolebindings', true),
      schemaName: 'io.k8s.api.rbac.v1.RoleBinding',
      nameRule: 'path-segment',
      columns: bindingColumns,
      wideColumns: bindingWideColumns,
      applyDefaults: defaultBinding,
      validate: (binding) => bindingProblems(binding, true),
      validateUpdate: bindingUpdateProblems,
    }),
    defineKind<ClusterRole>({
      resource: rbac('ClusterRole', 'clusterroles', false),
      schemaName: 'io.k8s.api.rbac.v1.ClusterRole',
      nameRule: 'path-segment',
      columnsWithoutAge: [createdAtColumn],
      validate: ({ rules, aggregationRule }) => [...roleProblems(rules, false), ...aggregationProblems(aggregationRule)],
    }),
    defineKind<ClusterRoleBinding>({
      resource: rbac('ClusterRoleBinding', 'clusterrolebindings', false),
      schemaName: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
      nameRule: 'path-segment',
      columns: bindingColumns,
      wideColumns: bindingWideColumns,
      applyDefaults: defaultBinding,
      validate: (binding) => bindingProblems(binding, false),
      validateUpdate: bindingUpdateProblems,
    }),
  ];
}

function defaultBinding({ roleRef, subjects }: RoleBinding | ClusterRoleBinding): void {
  if (roleRef.apiGroup === '') roleRef.apiGroup = GROUP;
  for (const subject of subjects ?? []) defaultSubject(subject);
}

function defaultSubject(subject: Subject): void {
  if (subject.apiGroup === undefined && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = GROUP;
}

function rbac<T extends KubernetesObject>(kind: string, plural: string, namespaced: boolean): Resource<T> {
  return { group: GROUP, version: 'v1', kind, plural, namespaced };
}

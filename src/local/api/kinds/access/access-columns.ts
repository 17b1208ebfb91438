import type { RoleBinding, Subject } from '../../../../kubernetes/generated/rbac-v1.js';
import { column, wideColumn } from '../columns.js';
import type { TableColumn } from '../kind.js';

export const bindingColumns: readonly TableColumn[] = [
  column<RoleBinding>('Role', 'The role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
];

export const bindingWideColumns: readonly TableColumn[] = [
  wideColumn<RoleBinding>('Users', 'Users in the roleBinding', names('User')),
  wideColumn<RoleBinding>('Groups', 'Groups in the roleBinding', names('Group')),
  wideColumn<RoleBinding>('ServiceAccounts', 'ServiceAccounts in the roleBinding', names('ServiceAccount')),
];

function names(kind: string): (binding: RoleBinding) => string {
  const text = ({ name, namespace }: Subject): string => (kind === 'ServiceAccount' && namespace ? `${namespace}/${name}` : name);
  return ({ subjects }) => (subjects ?? []).filter((subject) => subject.kind === kind).map(text).join(', ');
}

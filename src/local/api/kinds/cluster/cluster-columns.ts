import type { Namespace, Node } from '../../../../kubernetes/generated/core-v1.js';
import { ageColumn, column, NONE, nameColumn, wideColumn } from '../columns.js';
import type { TableColumn } from '../kind.js';

const ROLE_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

export const namespaceColumns: readonly TableColumn[] = [
  column<Namespace>('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''),
];

export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  column<Node>('Status', 'The status of the node', statusOf),
  column<Node>('Roles', 'The roles of the node', rolesOf),
  ageColumn,
  column<Node>('Version', 'Version of the node agent.', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  wideColumn<Node>('Internal-IP', 'Address inside the cluster.', addressOf('InternalIP')),
  wideColumn<Node>('External-IP', 'Address outside the cluster.', addressOf('ExternalIP')),
  wideColumn<Node>('OS-Image', 'Operating system.', ({ status }) => status?.nodeInfo?.osImage || '<unknown>'),
  wideColumn<Node>('Kernel-Version', 'Version of the kernel.', ({ status }) => {
    const { kernelVersion, architecture } = status?.nodeInfo ?? {};
    return `${kernelVersion || '<unknown>'}${architecture ? ` (${architecture})` : ''}`;
  }),
  wideColumn<Node>('Container-Runtime', 'What runs the containers.', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
];

function statusOf({ spec, status }: Node): string {
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesOf({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) return [key.slice(ROLE_PREFIX.length)];
    return key === ROLE_LABEL && value !== '' ? [value] : [];
  });
  return roles.length === 0 ? NONE : [...new Set(roles)].sort().join(',');
}

function addressOf(wanted: string): (node: Node) => string {
  return ({ status }) => (status?.addresses ?? []).find(({ type }) => type === wanted)?.address ?? NONE;
}

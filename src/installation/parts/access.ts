import type { PolicyRule } from '../../kubernetes/generated/rbac-v1.js';
import { clusterRules, configRules, CONTROLLER_USER, frontendClusterRules, frontendRules, LEASE, leaseRules, wholeClusterRules, workRules } from '../../controller/controller-rules.js';
import { frontendNames, type FrontendName } from '../../frontends/names.js';
import { GROUP } from '../../model/resources.js';
import { hole, NAMESPACE, not, set, when, type Condition, type Node, type Text } from '../template/nodes.js';
import { clusterMetadata, labels, metadata, NAME, nameInCluster, type Part } from './part.js';

const GROUP_RBAC = 'rbac.authorization.k8s.io';
const API_VERSION = `${GROUP_RBAC}/v1`;
const EVERYWHERE = not(set('watchNamespace'));
const ONE_NAMESPACE = set('watchNamespace');
const WATCHED = hole('watchNamespace');
const subjects: Node = [{ kind: 'ServiceAccount', name: NAME, namespace: hole(NAMESPACE) }];

const asNodes = (rules: readonly PolicyRule[]): Node[] => rules.map((rule) => ({ ...rule }) as unknown as Node);
const ofFrontends = (rules: Readonly<Record<FrontendName, readonly PolicyRule[]>>): Node[] => frontendNames.flatMap((name) => asNodes(rules[name]).map((rule) => when(set(`frontends.${name}`), rule)));
const work: Node[] = [...asNodes(workRules), ...asNodes(configRules).map((rule) => when(set('readConfig'), rule)), ...ofFrontends(frontendRules)];
const inFile = (kind: Part['kind'], object: Part['object'], condition?: Condition): Part => ({ file: 'access', kind, object: { apiVersion: API_VERSION, kind, ...object }, ...(condition === undefined ? {} : { condition }) });

function clusterRole(name: string | Text, rules: Node, condition: Condition): Part[] {
  return [
    inFile('ClusterRole', { metadata: clusterMetadata(name), rules }, condition),
    inFile('ClusterRoleBinding', { metadata: clusterMetadata(name), roleRef: { apiGroup: GROUP_RBAC, kind: 'ClusterRole', name }, subjects }, condition),
  ];
}

function role(name: string, namespace: typeof WATCHED, rules: Node, condition?: Condition): Part[] {
  return [
    inFile('Role', { metadata: metadata(name, namespace), rules }, condition),
    inFile('RoleBinding', { metadata: metadata(name, namespace), roleRef: { apiGroup: GROUP_RBAC, kind: 'Role', name }, subjects }, condition),
  ];
}

/** Who the controller is and what it may do: what it does, and nothing else. */
export const accessParts: readonly Part[] = [
  { file: 'access', kind: 'ServiceAccount', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(NAME), automountServiceAccountToken: false } },
  ...role('serin-leader', hole(NAMESPACE), asNodes(leaseRules(LEASE))),
  ...clusterRole(CONTROLLER_USER, [...work, ...asNodes(clusterRules), ...asNodes(wholeClusterRules), ...ofFrontends(frontendClusterRules)], EVERYWHERE),
  ...role('serin-controller', WATCHED, work, ONE_NAMESPACE),
  ...clusterRole(nameInCluster(`${CONTROLLER_USER}:`), asNodes(clusterRules), ONE_NAMESPACE),
];

/** A role for people. */
export interface UserRole {
  readonly name: string;
  /** What it is for, in a sentence. */
  readonly purpose: string;
  /** Which of the cluster's own roles take it in. */
  readonly takenInBy: readonly ('view' | 'edit' | 'admin')[];
  readonly rules: readonly PolicyRule[];
}

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];
const read: PolicyRule = {
  apiGroups: [GROUP],
  resources: [
    ...['releasepolicies', 'releases', 'approvals', 'evidence', 'metrictemplates', 'clustermetrictemplates', 'freezewindows', 'clusterfreezewindows'],
    ...['imagepolicies', 'imageupdates', 'imageapprovals', 'notificationchannels', 'clusternotificationchannels'],
  ],
  verbs: READ,
};

/** The roles for people. Nobody but an approver, or an administrator of the namespace, gives approvals. */
export const userRoles: readonly UserRole[] = [
  { name: 'serin-viewer', purpose: 'sees policies, releases, what they are judged by, and approvals', takenInBy: ['view', 'edit', 'admin'], rules: [read] },
  {
    name: 'serin-releaser',
    purpose: 'writes policies, also of images; pauses, resumes, promotes and aborts releases',
    takenInBy: ['edit', 'admin'],
    rules: [read, { apiGroups: [GROUP], resources: ['releasepolicies', 'releases', 'imagepolicies'], verbs: WRITE }],
  },
  { name: 'serin-approver', purpose: 'says yes or no to a release or an image that asks for an approval', takenInBy: ['admin'], rules: [read, { apiGroups: [GROUP], resources: ['approvals', 'imageapprovals'], verbs: ['create'] }] },
  { name: 'serin-manager', purpose: 'says when no release begins, and who is told of what', takenInBy: ['admin'], rules: [read, { apiGroups: [GROUP], resources: ['freezewindows', 'notificationchannels'], verbs: WRITE }] },
];

/** The same as objects. */
export const userRoleParts: readonly Part[] = userRoles.map(({ name, takenInBy, rules }) => ({
  file: 'user-roles',
  kind: 'ClusterRole',
  condition: set('userRoles'),
  object: {
    apiVersion: API_VERSION,
    kind: 'ClusterRole',
    metadata: { name, labels: { ...labels, ...Object.fromEntries(takenInBy.map((each) => [`${GROUP_RBAC}/aggregate-to-${each}`, 'true'])) } },
    rules: asNodes(rules),
  },
}));

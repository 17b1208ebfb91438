import type { PolicyRule } from '../../kubernetes/generated/rbac-v1.js';
import { GROUP } from '../../model/resources.js';
import { all, hole, NAMESPACE, not, set, text, string, when, type Condition, type Hole, type Node, type Text } from '../template/nodes.js';
import { NAME, nameInCluster, type Part } from './part.js';
import { serverLabels, SERVER_NAME } from './server-names.js';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const ENABLED = set('server.enabled');
const EVERYWHERE = all(ENABLED, not(set('watchNamespace')));
const ONE_NAMESPACE = all(ENABLED, set('watchNamespace'));

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule => ({ apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs] });
const asNode = (each: PolicyRule): Node => ({ ...each }) as unknown as Node;

/** What the server reads for its caches in each namespace that it shows. What a person is shown of it is decided by that person's rights. */
export const serverRules: readonly PolicyRule[] = [
  rule(GROUP, ['releasepolicies', 'releases', 'approvals', 'evidence', 'metrictemplates', 'freezewindows', 'imagepolicies', 'imageupdates', 'imageapprovals', 'notificationchannels'], READ),
  rule('apps', ['deployments', 'replicasets'], READ),
  rule('', ['pods', 'services'], READ),
  rule('networking.istio.io', ['virtualservices', 'destinationrules'], READ),
  rule('networking.k8s.io', ['ingresses'], READ),
  rule('gateway.networking.k8s.io', ['httproutes', 'grpcroutes'], READ),
];

/** What it reads that is in no namespace, and what it asks the API server about people: who a token belongs to, and what somebody may do. */
export const serverClusterRules: readonly PolicyRule[] = [
  rule('authentication.k8s.io', ['tokenreviews'], ['create']),
  rule('authorization.k8s.io', ['subjectaccessreviews'], ['create']),
  // Whether approvals count at all.
  rule('admissionregistration.k8s.io', ['validatingadmissionpolicies', 'validatingadmissionpolicybindings'], READ),
];

const wholeClusterRules: readonly PolicyRule[] = [rule(GROUP, ['clustermetrictemplates', 'clusterfreezewindows', 'clusternotificationchannels'], READ)];

/** A webhook becomes an ImageUpdate, once it is known what runs. */
const webhookRules: readonly PolicyRule[] = [rule(GROUP, ['imageupdates'], ['create'])];
const rolloutRules: readonly PolicyRule[] = [rule('argoproj.io', ['rollouts'], ['get'])];

/** Chats sign what they send with a secret that stands in the channel's Secret. */
const chatRules: readonly PolicyRule[] = [rule('', ['secrets'], ['get'])];
/** A namespace says whether its own channels may speak for people. */
const chatClusterRules: readonly PolicyRule[] = [rule('', ['namespaces'], ['get'])];

/** An empty list of names means any. */
const impersonation = (resource: 'users' | 'groups'): Node =>
  when(set('server.impersonation.enabled'), { apiGroups: [''], resources: [resource], verbs: ['impersonate'], resourceNames: when(set(`server.impersonation.${resource}`), hole(`server.impersonation.${resource}`)) });

const work: Node[] = [
  ...serverRules.map(asNode),
  ...webhookRules.map((each) => when(set('server.webhookSecret'), asNode(each))),
  ...rolloutRules.map((each) => when(all(set('server.webhookSecret'), set('frontends.argo')), asNode(each))),
  ...chatRules.map((each) => when(set('server.chats'), asNode(each))),
];
const people: Node[] = [
  ...serverClusterRules.map(asNode),
  ...chatClusterRules.map((each) => when(set('server.chats'), asNode(each))),
  impersonation('users'),
  impersonation('groups'),
];

const metadata = (name: string | Text, namespace?: Hole): Node => ({ name, ...(namespace === undefined ? {} : { namespace }), labels: serverLabels });
const subjects: Node = [{ kind: 'ServiceAccount', name: SERVER_NAME, namespace: hole(NAMESPACE) }];
const inFile = (kind: Part['kind'], object: Part['object'], condition: Condition): Part => ({ file: 'server', kind, object, condition });

function bound(kind: 'ClusterRole' | 'Role', name: string | Text, namespace: Hole | undefined, rules: Node, condition: Condition): Part[] {
  const apiVersion = `${RBAC}/v1`;
  return [
    inFile(kind, { apiVersion, kind, metadata: metadata(name, namespace), rules }, condition),
    inFile(`${kind}Binding`, { apiVersion, kind: `${kind}Binding`, metadata: metadata(name, namespace), roleRef: { apiGroup: RBAC, kind, name }, subjects }, condition),
  ];
}

/** Who the server is and what it may do by itself. Changes are made with the rights of the person who asks for them. */
export const serverAccessParts: readonly Part[] = [
  inFile('ServiceAccount', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(SERVER_NAME, hole(NAMESPACE)), automountServiceAccountToken: false }, ENABLED),
  ...bound('ClusterRole', text(`system:${NAME}:server:`, string(NAMESPACE)), undefined, [...work, ...people, ...wholeClusterRules.map(asNode)], EVERYWHERE),
  ...bound('Role', SERVER_NAME, hole('watchNamespace'), work, ONE_NAMESPACE),
  ...bound('ClusterRole', nameInCluster(`system:${NAME}:server:`), undefined, people, ONE_NAMESPACE),
  ...bound(
    'Role', `${SERVER_NAME}-webhooks`, hole(NAMESPACE),
    [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: [hole('server.webhookSecret')] }],
    all(ENABLED, set('server.webhookSecret')),
  ),
];

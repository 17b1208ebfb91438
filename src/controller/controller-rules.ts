import { frontendNames, type FrontendName } from '../frontends/names.js';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '../kubernetes/generated/rbac-v1.js';
import { GROUP } from '../model/resources.js';

/** Who the controller is where it has no ServiceAccount, and the name of its role. */
export const CONTROLLER_USER = 'system:serin:controller';

/** Name of the Lease by which one controller of several leads. */
export const LEASE = 'serin';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const CHANGE = ['patch', 'update'];
const OWN = ['create', ...CHANGE, 'delete'];

const rule = (apiGroup: string, resources: readonly string[], verbs: readonly string[], resourceNames?: readonly string[]): PolicyRule => ({
  ...{ apiGroups: [apiGroup], resources: [...resources], verbs: [...verbs] },
  ...(resourceNames === undefined ? {} : { resourceNames: [...resourceNames] }),
});

/** What the controller does in each namespace where it works. It approves nothing: approvals it only reads. */
export const workRules: readonly PolicyRule[] = [
  rule(GROUP, ['releasepolicies', 'releases'], [...READ, ...OWN]),
  // Finalizers: where owner references that block a deletion need a right of their own.
  rule(GROUP, ['releasepolicies/status', 'releasepolicies/finalizers', 'releases/status', 'releases/finalizers'], ['get', ...CHANGE]),
  rule(GROUP, ['approvals', 'imageapprovals', 'freezewindows', 'metrictemplates', 'imagepolicies', 'notificationchannels'], READ),
  rule(GROUP, ['imagepolicies/status', 'notificationchannels/status'], ['get', ...CHANGE]),
  // The images that policies take up.
  rule(GROUP, ['imageupdates'], [...READ, ...OWN]),
  rule(GROUP, ['imageupdates/status'], ['get', ...CHANGE]),
  // What a release was judged by; its own release owns it.
  rule(GROUP, ['evidence'], [...READ, ...OWN]),
  rule('apps', ['deployments'], [...READ, ...CHANGE]),
  // Only for policies whose old versions are to be deleted.
  rule('apps', ['deployments'], ['delete']),
  rule('apps', ['deployments/finalizers'], ['get', ...CHANGE]),
  rule('apps', ['replicasets'], [...READ, ...OWN]),
  rule('batch', ['jobs'], [...READ, ...OWN]),
  rule('', ['pods'], READ),
  rule('', ['services'], [...READ, ...OWN]),
  rule('', ['events'], ['create', 'patch']),
  rule('discovery.k8s.io', ['endpointslices'], READ),
  rule('networking.istio.io', ['virtualservices', 'destinationrules'], [...READ, ...OWN]),
  rule('networking.k8s.io', ['ingresses'], [...READ, ...OWN]),
  rule('gateway.networking.k8s.io', ['httproutes', 'grpcroutes'], [...READ, ...OWN]),
  rule('gateway.networking.k8s.io', ['gateways', 'referencegrants'], READ),
];

/** By name, and only for policies that watch what their Pods read (`watchConfig`) or whose metrics name a Secret; may be left out where there are none. */
export const configRules: readonly PolicyRule[] = [rule('', ['configmaps', 'secrets'], ['get'])];

/** What the controller reads that is in no namespace. */
export const clusterRules: readonly PolicyRule[] = [
  rule('admissionregistration.k8s.io', ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'], READ),
  rule('networking.k8s.io', ['ingressclasses'], READ),
  rule('gateway.networking.k8s.io', ['gatewayclasses'], READ),
];

/** What the controller of a whole cluster does besides. */
export const wholeClusterRules: readonly PolicyRule[] = [
  rule(GROUP, ['clustermetrictemplates', 'clusterfreezewindows', 'clusternotificationchannels'], READ),
  rule(GROUP, ['clusternotificationchannels/status'], ['get', ...CHANGE]),
];

/** What the loop of a front end does besides, in each namespace where it works. */
export const frontendRules: Readonly<Record<FrontendName, readonly PolicyRule[]>> = {
  kubevela: [
    rule('core.oam.dev', ['applications'], READ),
    // Finalizers: where owner references that block a deletion need a right of their own.
    rule('core.oam.dev', ['applications/status', 'applications/finalizers'], ['get', ...CHANGE]),
    rule('core.oam.dev', ['applicationrevisions'], [...READ, ...OWN]),
    rule('core.oam.dev', ['applicationrevisions/status'], ['get', ...CHANGE]),
    rule('standard.oam.dev', ['rollouts'], [...READ, ...OWN]),
    rule('standard.oam.dev', ['rollouts/status'], ['get', ...CHANGE]),
    rule('apps', ['controllerrevisions'], [...READ, ...OWN]),
    rule('apps', ['deployments'], ['create', 'delete']),
    rule('networking.istio.io', ['gateways'], [...READ, ...OWN]),
  ],
  argo: [
    rule('argoproj.io', ['rollouts'], [...READ, 'patch']),
    // Finalizers: where owner references that block a deletion need a right of their own.
    rule('argoproj.io', ['rollouts/status', 'rollouts/finalizers'], ['get', ...CHANGE]),
    rule('argoproj.io', ['analysistemplates'], READ),
    rule('argoproj.io', ['analysisruns', 'experiments'], [...READ, ...OWN]),
    rule('argoproj.io', ['analysisruns/status', 'analysisruns/finalizers', 'experiments/status', 'experiments/finalizers'], ['get', ...CHANGE]),
    // What workloadRef may name.
    rule('', ['podtemplates'], READ),
    // Labels and annotations that Pods carry for as long as they are on trial; and restarts, as budgets allow.
    rule('', ['pods'], ['patch']),
    rule('', ['pods/eviction'], ['create']),
  ],
};

/** What the loop of a front end reads of a whole cluster: whether the controller that these objects come from is at work. */
export const frontendClusterRules: Readonly<Record<FrontendName, readonly PolicyRule[]>> = {
  kubevela: [rule('coordination.k8s.io', ['leases'], ['list'])],
  argo: [rule('coordination.k8s.io', ['leases'], ['list']), rule('argoproj.io', ['clusteranalysistemplates'], READ)],
};

/** The Lease by which one of several controllers leads; in the namespace where they run. A name is of no use for what is yet to be made. */
export function leaseRules(name: string): PolicyRule[] {
  return [rule('coordination.k8s.io', ['leases'], ['create']), rule('coordination.k8s.io', ['leases'], ['get', 'update'], [name])];
}

/** All that the controller does on a cluster, and nothing else. */
export const controllerRules: readonly PolicyRule[] = controllerRulesWith([]);

/** The same for a controller that serves these front ends. */
export function controllerRulesWith(frontends: readonly FrontendName[]): PolicyRule[] {
  const chosen = frontendNames.filter((name) => frontends.includes(name));
  return [
    ...workRules,
    ...configRules,
    ...clusterRules,
    ...wholeClusterRules,
    ...chosen.flatMap((name) => [...frontendRules[name], ...frontendClusterRules[name]]),
    rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
  ];
}

/** What a controller that installs its own kinds and policies does besides. */
export const installerRules: readonly PolicyRule[] = [
  rule('', ['namespaces'], ['get', 'create']),
  rule('apiextensions.k8s.io', ['customresourcedefinitions'], [...READ, 'create', 'patch', 'update']),
  rule(
    'admissionregistration.k8s.io',
    ['mutatingadmissionpolicies', 'mutatingadmissionpolicybindings', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
    [...READ, 'create', 'patch', 'update'],
  ),
];

/** The rules as objects, bound to a subject. */
export function controllerAccess(subject: Subject, rules: readonly PolicyRule[] = controllerRules): [ClusterRole, ClusterRoleBinding] {
  const metadata = { name: CONTROLLER_USER };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata, rules: [...rules] },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: CONTROLLER_USER }, subjects: [subject] },
  ];
}

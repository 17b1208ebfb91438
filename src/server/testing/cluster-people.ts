import type { ClusterClient } from '../../cluster/client.js';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, RoleBinding } from '../../kubernetes/generated/rbac-v1.js';
import type { Resource } from '../../kubernetes/objects.js';

const RBAC = 'rbac.authorization.k8s.io';
const APIVERSION = `${RBAC}/v1`;
const rbac = { group: RBAC, version: 'v1' } as const;
const clusterRoles: Resource<ClusterRole> = { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
const clusterRoleBindings: Resource<ClusterRoleBinding> = { ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', namespaced: false };
const roleBindings: Resource<RoleBinding> = { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };

/** Tokens of people on a test's cluster. */
export const TOKENS = { server: 'token-of-the-server', ann: 'token-of-ann', bob: 'token-of-bob', outsider: 'token-of-an-outsider' } as const;

/** The users behind the tokens: Ann may change ConfigMaps and Serin's objects in namespace shop, Bob may look at them, an outsider nothing. */
export const USERS = new Map<string, { readonly username: string; readonly groups: readonly string[] }>([
  [TOKENS.server, { username: 'serin-server', groups: ['system:authenticated'] }],
  [TOKENS.ann, { username: 'ann', groups: ['shop-team', 'system:authenticated'] }],
  [TOKENS.bob, { username: 'bob', groups: ['system:authenticated'] }],
  [TOKENS.outsider, { username: 'outsider', groups: ['system:authenticated'] }],
]);

const rule = (verbs: string[], group: string, ...names: string[]): PolicyRule => ({ verbs, apiGroups: [group], resources: names });

/** Gives the server the rights that it has in a cluster, and the people theirs. @param client an administrator */
export async function giveRights(client: ClusterClient): Promise<void> {
  const serverRules = [
    rule(['create'], 'authentication.k8s.io', 'tokenreviews'),
    rule(['create'], 'authorization.k8s.io', 'subjectaccessreviews'),
    rule(['get', 'list', 'watch'], '*', '*'),
    rule(['impersonate'], '', 'users'),
    // As the chart's `impersonation.groups`: groups that are not named here cannot be taken on, not even system:authenticated.
    { ...rule(['impersonate'], '', 'groups'), resourceNames: ['shop-team', 'oidc:shop', 'oidc:x', 'oidc:a, system:masters'] },
    rule(['impersonate'], 'authentication.k8s.io', 'userextras', 'uids'),
  ];
  const role = (name: string, rules: PolicyRule[]): ClusterRole => ({ apiVersion: APIVERSION, kind: 'ClusterRole', metadata: { name }, rules });
  const roleRef = (name: string) => ({ apiGroup: RBAC, kind: 'ClusterRole', name });
  await client.create(clusterRoles, role('serin-server', serverRules));
  await client.create(clusterRoles, role('changes-config', [rule(['get', 'list', 'patch', 'create'], '', 'configmaps'), rule(['*'], 'serin.dev', '*')]));
  await client.create(clusterRoles, role('sees-config', [rule(['get', 'list'], '', 'configmaps'), rule(['get', 'list', 'watch'], 'serin.dev', '*'), rule(['get', 'list'], '', 'pods'), rule(['get', 'list'], 'apps', '*')]));
  await client.create(clusterRoleBindings, { apiVersion: APIVERSION, kind: 'ClusterRoleBinding', metadata: { name: 'serin-server' }, roleRef: roleRef('serin-server'), subjects: [{ kind: 'User', name: 'serin-server', apiGroup: RBAC }] });
  const bind = (name: string, subject: Subject) => bound(client, 'shop', name, subject);
  await bind('changes-config', { kind: 'Group', name: 'shop-team' });
  await bind('changes-config', { kind: 'Group', name: 'oidc:shop' });
  await bind('sees-config', { kind: 'User', name: 'bob' });
}

/** Gives somebody rights in a namespace, by a role of this name. @param client an administrator */
export async function bindIn(client: ClusterClient, namespace: string, name: string, rules: PolicyRule[], subject: Subject): Promise<void> {
  await client.create(clusterRoles, { apiVersion: APIVERSION, kind: 'ClusterRole', metadata: { name }, rules });
  await bound(client, namespace, name, subject);
}

interface Subject {
  readonly kind: 'User' | 'Group';
  readonly name: string;
}

async function bound(client: ClusterClient, namespace: string, name: string, subject: Subject): Promise<void> {
  const metadata = { name: `${name}-${subject.name.replace(/\W/g, '-')}`, namespace };
  await client.create(roleBindings, { apiVersion: APIVERSION, kind: 'RoleBinding', metadata, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects: [{ ...subject, apiGroup: RBAC }] });
}

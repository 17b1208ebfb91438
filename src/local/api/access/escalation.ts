import type { ClusterRole, PolicyRule, Role, RoleBinding } from '../../../kubernetes/generated/rbac-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { forbiddenStatus, notFoundStatus } from '../../../kubernetes/status.js';
import { fail } from '../request/answer.js';
import type { Call, ServerContext } from '../server-context.js';
import { MASTERS } from './authorizer.js';
import { missingRights } from './covering.js';
import { RBAC_GROUP } from './role-book.js';

const EVERYTHING: readonly PolicyRule[] = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
];

/**
 * Nobody gives away rights that they do not have, in a role or by binding one, unless a rule lets them `escalate` that role
 * or `bind` it.
 * @throws ApiFailure 403, or 404 for a binding of a role that is not there
 */
export function refuseEscalation(server: ServerContext, call: Call, object: KubernetesObject, before: KubernetesObject | undefined): void {
  const { group, plural } = call.served.kind.resource;
  if (group !== RBAC_GROUP || call.user.groups.includes(MASTERS)) return;
  if (before !== undefined && sameButOwners(object, before)) return;
  if (plural === 'roles' || plural === 'clusterroles') refuseRole(server, call, object as Role, before as ClusterRole | undefined);
  else refuseBinding(server, call, object as RoleBinding);
}

function refuseRole(server: ServerContext, call: Call, object: Role | ClusterRole, before: ClusterRole | undefined): void {
  const { user, namespace, name, served } = call;
  const { group, plural: resource } = served.kind.resource;
  const asked = { verb: 'escalate', group, resource, ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
  if (server.authorizer.decide(user, asked).allowed) return;
  refuseMissing(server, call, object.metadata.name, object.rules ?? []);
  const aggregates = [object, before].some((each: ClusterRole | undefined) => (each?.aggregationRule?.clusterRoleSelectors ?? []).length > 0);
  if (aggregates && missing(server, call, EVERYTHING).length > 0) {
    fail(forbiddenStatus(served.kind.resource, object.metadata.name, 'must have cluster-admin privileges to use the aggregationRule'));
  }
}

function refuseBinding(server: ServerContext, call: Call, { metadata, roleRef }: RoleBinding): void {
  const { user, namespace } = call;
  if (roleRef.kind !== 'Role' && roleRef.kind !== 'ClusterRole') return;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  const asked = { verb: 'bind', group: RBAC_GROUP, resource, name: roleRef.name, ...(namespace === undefined ? {} : { namespace }) };
  if (server.authorizer.decide(user, asked).allowed) return;
  const rules = server.authorizer.roles.rulesOfRole(roleRef, namespace ?? '') ?? fail(notFoundStatus({ group: RBAC_GROUP, plural: resource, kind: '' }, roleRef.name));
  refuseMissing(server, call, metadata.name, rules);
}

function refuseMissing(server: ServerContext, call: Call, name: string, rules: readonly PolicyRule[]): void {
  const lacking = missing(server, call, rules);
  if (lacking.length === 0) return;
  const { username, groups } = call.user;
  const who = `user ${JSON.stringify(username)} (groups=[${groups.map((group) => JSON.stringify(group)).join(' ')}])`;
  fail(forbiddenStatus(call.served.kind.resource, name, `${who} is attempting to grant RBAC permissions not currently held:\n${lacking.join('\n')}`));
}

function missing(server: ServerContext, { user, namespace }: Call, rules: readonly PolicyRule[]): string[] {
  return missingRights(server.authorizer.roles.rulesOf(user, namespace).rules.map(({ rule }) => rule), rules);
}

/** What the garbage collector changes is no change of rights. */
function sameButOwners(object: KubernetesObject, before: KubernetesObject): boolean {
  const content = ({ metadata, ...rest }: KubernetesObject): object => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managers, resourceVersion: _version, ...kept } = metadata;
    return { ...rest, metadata: kept };
  };
  return deepEqual(content(object), content(before));
}

import type { ClusterRole, ClusterRoleBinding } from '../../kubernetes/generated/rbac-v1.js';
import { deepEqual } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { gatherRules } from './access/aggregation.js';
import { bootstrapBindings, bootstrapRoles } from './access/bootstrap/roles.js';
import { RBAC_GROUP } from './access/role-book.js';
import { collectionOf } from './kind-registry.js';
import type { ServerContext } from './server-context.js';
import type { Transaction } from './store.js';
import { newUid, timestamp } from './writes/identity.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

/** Creates the namespaces, roles and bindings that every cluster has, where they are missing. */
export async function createSystemObjects(server: ServerContext): Promise<void> {
  const { store, kinds } = server;
  const roles = kinds.find(RBAC_GROUP, 'v1', 'clusterroles') === undefined ? [] : [...bootstrapRoles(), ...bootstrapBindings()];
  const namespaces = kinds.find('', 'v1', 'namespaces') === undefined ? [] : NAMESPACES;
  const missing = namespaces.some((name) => store.get(collectionOf('', resources.namespaces.plural), name) === undefined);
  const lacking = roles.filter((role) => completed(role, store.get(rolesOf(role), role.metadata.name)?.object) !== undefined);
  if (!missing && lacking.length === 0) return;
  await store.write((transaction) => {
    for (const name of namespaces) addNamespace(server, transaction, name);
    for (const role of lacking) {
      const complete = completed(role, transaction.get(rolesOf(role), role.metadata.name)?.object);
      if (complete !== undefined) transaction.put(rolesOf(role), role.metadata.name, { ...complete, metadata: { ...born(server), ...complete.metadata } });
    }
    if (lacking.length > 0) gatherRules(transaction);
  });
}

function born({ clock, random }: ServerContext): { uid: string; creationTimestamp: string } {
  return { uid: newUid(random), creationTimestamp: timestamp(clock.now()) };
}

function addNamespace(server: ServerContext, transaction: Transaction, name: string): void {
  const collection = collectionOf('', resources.namespaces.plural);
  if (transaction.get(collection, name) !== undefined) return;
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, ...born(server), labels: { 'kubernetes.io/metadata.name': name } },
    ...{ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
  };
  transaction.put(collection, name, namespace);
}

const rolesOf = ({ kind }: KubernetesObject): string => collectionOf(RBAC_GROUP, `${(kind ?? '').toLowerCase()}s`);

/**
 * What is to be stored so that a role or binding has at least what it should; what somebody added stays, and so does what
 * says that it does not want to be kept up to date.
 */
function completed(wanted: ClusterRole | ClusterRoleBinding, found: KubernetesObject | undefined): KubernetesObject | undefined {
  if (found === undefined) return wanted;
  if (found.metadata.annotations?.[AUTO_UPDATE] === 'false' || ('aggregationRule' in wanted && wanted.aggregationRule !== undefined)) return undefined;
  const field = 'roleRef' in wanted ? 'subjects' : 'rules';
  const own: readonly unknown[] = ('roleRef' in wanted ? wanted.subjects : wanted.rules) ?? [];
  const stored = found as ClusterRole & ClusterRoleBinding;
  const present: readonly unknown[] = stored[field] ?? [];
  const lacking = own.filter((each) => !present.some((other) => deepEqual(each, other)));
  return lacking.length === 0 ? undefined : { ...found, metadata: { ...found.metadata }, [field]: [...present, ...lacking] };
}

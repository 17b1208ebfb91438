import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../../../kubernetes/generated/rbac-v1.js';
import { collectionOf } from '../kind-registry.js';
import type { User } from '../request/users.js';
import type { Store } from '../store.js';

/** The group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io';
const rbac = (plural: string): string => collectionOf(RBAC_GROUP, plural);
const COLLECTIONS = { roles: rbac('roles'), bindings: rbac('rolebindings'), clusterRoles: rbac('clusterroles'), clusterBindings: rbac('clusterrolebindings') };

/** A rule that somebody has, and by what. */
export interface HeldRule {
  readonly rule: PolicyRule;
  /** Names binding, role and subject. */
  readonly source: string;
}

/** What is known of a user's rules in a place. */
export interface HeldRules {
  readonly rules: readonly HeldRule[];
  /** Roles that are bound but not there. */
  readonly problems: readonly string[];
}

/** One binding, its role looked up. */
interface BoundRole {
  readonly subjects: readonly Subject[];
  readonly rules: readonly PolicyRule[] | undefined;
  /** Binding and role, for reasons. */
  readonly what: string;
  readonly role: RoleRef;
}

/** Who has which rules, by the roles and bindings in the store. */
export class RoleBook {
  readonly #store: Store;
  readonly #unsubscribe: () => void;
  /** By namespace; those of the whole cluster under the empty name. Made anew after a role or binding changed. */
  #bound = new Map<string, readonly BoundRole[]>();

  constructor(store: Store) {
    this.#store = store;
    const watched = new Set(Object.values(COLLECTIONS));
    this.#unsubscribe = store.onEvents((events) => {
      if (events.some(({ stored }) => watched.has(stored.collection))) this.#bound = new Map();
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  /** All rules of a user in a namespace (and in the whole cluster), or in the whole cluster alone. */
  rulesOf(user: User, namespace = ''): HeldRules {
    const rules: HeldRule[] = [];
    const problems: string[] = [];
    for (const place of namespace === '' ? [''] : ['', namespace]) {
      for (const bound of this.#boundIn(place)) {
        const subject = bound.subjects.find((each) => appliesTo(user, each, place));
        if (subject === undefined) continue;
        if (bound.rules === undefined) problems.push(`${bound.role.kind.toLowerCase()}.${RBAC_GROUP} ${JSON.stringify(bound.role.name)} not found`);
        const source = `${bound.what} to ${described(subject, place)}`;
        for (const rule of bound.rules ?? []) rules.push({ rule, source });
      }
    }
    return { rules, problems };
  }

  /** The rules of the role that a binding in a namespace refers to; undefined when it is not there. */
  rulesOfRole({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const collection = kind === 'Role' ? COLLECTIONS.roles : COLLECTIONS.clusterRoles;
    const found = this.#store.get(collection, kind === 'Role' ? `${namespace}/${name}` : name)?.object as Role | ClusterRole | undefined;
    return found === undefined ? undefined : (found.rules ?? []);
  }

  #boundIn(namespace: string): readonly BoundRole[] {
    const known = this.#bound.get(namespace);
    if (known !== undefined) return known;
    const stored = namespace === '' ? this.#store.list(COLLECTIONS.clusterBindings) : this.#store.list(COLLECTIONS.bindings, `${namespace}/`);
    const bound = stored.map(({ object }): BoundRole => {
      const { kind, metadata, roleRef, subjects = [] } = object as RoleBinding | ClusterRoleBinding;
      const name = namespace === '' ? metadata.name : `${metadata.name}/${namespace}`;
      const what = `${kind ?? ''} ${JSON.stringify(name)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)}`;
      return { subjects, rules: this.rulesOfRole(roleRef, namespace), what, role: roleRef };
    });
    this.#bound.set(namespace, bound);
    return bound;
  }
}

function appliesTo({ username, groups }: User, { kind, name, namespace }: Subject, place: string): boolean {
  switch (kind) {
    case 'User':
      return username === name;
    case 'Group':
      return groups.includes(name);
    case 'ServiceAccount':
      return username === `system:serviceaccount:${namespace ?? place}:${name}`;
    default:
      return false;
  }
}

function described({ kind, name, namespace }: Subject, place: string): string {
  return `${kind} ${JSON.stringify(kind === 'ServiceAccount' ? `${name}/${namespace ?? place}` : name)}`;
}

import type { ClusterRole, PolicyRule } from '../../../kubernetes/generated/rbac-v1.js';
import { cloneJson, deepEqual } from '../../../kubernetes/json.js';
import { matchesLabelSelector } from '../../../kubernetes/selectors.js';
import { collectionOf } from '../kind-registry.js';
import type { Store, Transaction } from '../store.js';
import { RBAC_GROUP } from './role-book.js';

const ROLES = collectionOf(RBAC_GROUP, 'clusterroles');

/** Keeps the rules of roles that gather those of others. */
export class RoleAggregation {
  readonly #store: Store;
  readonly #unsubscribe: () => void;
  #work: Promise<void> = Promise.resolve();

  constructor(store: Store) {
    this.#store = store;
    this.#unsubscribe = store.onEvents((events) => {
      if (events.some(({ stored }) => stored.collection === ROLES)) this.#enqueue();
    });
  }

  /** Waits for what is under way, then stops. */
  async close(): Promise<void> {
    this.#unsubscribe();
    await this.#work;
  }

  #enqueue(): void {
    this.#work = this.#work.then(() => this.#run()).catch(() => undefined);
  }

  async #run(): Promise<void> {
    const due = (list: Transaction['list']): boolean => changed(list(ROLES).map(({ object }) => object as ClusterRole)).length > 0;
    if (due((collection) => this.#store.list(collection))) await this.#store.write(gatherRules);
  }
}

/** Brings all gathered rules up to date within a write; roles may gather from roles that gather. */
export function gatherRules(transaction: Transaction): void {
  for (let round = 0; round < 8; round++) {
    const roles = changed(transaction.list(ROLES).map(({ object }) => object as ClusterRole));
    if (roles.length === 0) return;
    for (const role of roles) transaction.put(ROLES, role.metadata.name, role);
  }
}

function changed(roles: readonly ClusterRole[]): ClusterRole[] {
  return roles.flatMap((role) => {
    if (role.aggregationRule === undefined) return [];
    const rules = gathered(role, roles);
    return deepEqual(rules, role.rules ?? []) ? [] : [{ ...cloneJson(role), rules }];
  });
}

/** Each rule once, in order of the roles' names. */
function gathered(role: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !matchesLabelSelector(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((each) => deepEqual(each, rule))) rules.push(cloneJson(rule));
    }
  }
  return rules;
}

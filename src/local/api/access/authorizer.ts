import { fail } from '../request/answer.js';
import type { User } from '../request/users.js';
import type { Store } from '../store.js';
import { refusal, type Attributes } from './attributes.js';
import { RoleBook } from './role-book.js';
import { ruleAllows } from './rules.js';

/** The group that may do everything, whatever the roles say. */
export const MASTERS = 'system:masters';

/** Whether something is allowed, and by what, or why it could not be found out. */
export interface AccessDecision {
  readonly allowed: boolean;
  /** Empty for what needs no reason. */
  readonly reason: string;
}

/** Decides who may do what, by roles and bindings. */
export class Authorizer {
  readonly roles: RoleBook;

  constructor(store: Store) {
    this.roles = new RoleBook(store);
  }

  decide(user: User, asked: Attributes): AccessDecision {
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const { rules, problems } = this.roles.rulesOf(user, 'namespace' in asked ? asked.namespace : undefined);
    const found = rules.find(({ rule }) => ruleAllows(rule, asked));
    if (found !== undefined) return { allowed: true, reason: `RBAC: allowed by ${found.source}` };
    return { allowed: false, reason: problems.length === 0 ? '' : `RBAC: ${problems.length === 1 ? problems.join() : `[${problems.join(', ')}]`}` };
  }

  /** @throws ApiFailure 403 */
  require(user: User, asked: Attributes): void {
    const { allowed, reason } = this.decide(user, asked);
    if (!allowed) fail(refusal(user.username, asked, reason));
  }

  close(): void {
    this.roles.close();
  }
}

/** Who asks, as the API server sees them. */
export interface Caller {
  readonly username: string;
  readonly groups: readonly string[];
}

/** Those who may say something; anyone where both are empty. */
export interface Approvers {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** Whether a person is among those who may. */
export const isAmong = ({ users, groups }: Approvers, caller: Caller): boolean =>
  (users.length === 0 && groups.length === 0) || users.includes(caller.username) || groups.some((group) => caller.groups.includes(group));

/** `jane, group sre`, or `anyone who may create Approvals`. */
export function describeApprovers({ users, groups }: Approvers, kind = 'Approvals'): string {
  const named = [...users, ...groups.map((group) => `group ${group}`)];
  return named.length === 0 ? `anyone who may create ${kind}` : named.join(', ');
}

/** What all conditions have in common. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** The condition of this type. */
export function findCondition<T extends ConditionLike>(conditions: readonly T[] | undefined, type: string): T | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of this type has status `True`. */
export function isConditionTrue(conditions: readonly ConditionLike[] | undefined, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * The conditions with this one set: in its old place, or last. `lastTransitionTime` moves only when the status does;
 * the same list comes back when nothing changed.
 * @param now RFC 3339, seconds
 */
export function withCondition<T extends ConditionLike>(conditions: readonly T[] | undefined, condition: T, now: string): readonly T[] {
  const before = findCondition(conditions, condition.type);
  const unchanged = before?.status === condition.status ? before.lastTransitionTime : undefined;
  const next = { ...before, ...condition, lastTransitionTime: unchanged ?? now };
  if (before === undefined) return [...(conditions ?? []), next];
  const keys = new Set([...Object.keys(before), ...Object.keys(next)]);
  const same = [...keys].every((key) => Reflect.get(before, key) === Reflect.get(next, key));
  return same ? (conditions ?? []) : (conditions ?? []).map((each) => (each === before ? next : each));
}

/** The conditions without the one of this type. */
export function withoutCondition<T extends ConditionLike>(conditions: readonly T[] | undefined, type: string): T[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** A time as Kubernetes writes it: RFC 3339 in UTC, whole seconds. @param milliseconds since the epoch */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A time with microseconds, as Leases and Events have it. @param milliseconds since the epoch */
export function microTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 23)}000Z`;
}

import { isRecord } from '../json.js';

/**
 * A set of fields, as a tree. Steps are written as in `fieldsV1`: `f:name`, `k:{"name":"web"}`, `v:"x"`.
 * A node may be in the set itself and have fields below it that are.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

/** Steps from the object to a field. */
export type FieldPath = readonly string[];

/** No field at all. */
export const EMPTY: FieldSet = { member: false, children: new Map() };
/** Only the node itself. */
export const LEAF: FieldSet = { member: true, children: new Map() };

/** Whether it names no field. */
export const isEmptySet = ({ member, children }: FieldSet): boolean => !member && children.size === 0;

/** A node from its parts; empty children are left out. */
export function fieldSet(member: boolean, children: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { member, children: new Map([...children].filter(([, child]) => !isEmptySet(child))) };
}

/** What is in either. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [step, child] of b.children) {
    const other = children.get(step);
    children.set(step, other ? union(other, child) : child);
  }
  return { member: a.member || b.member, children };
}

/** What is in `a` and not in `b`, field by field (what lies below a field of `b` stays); `a` itself when nothing goes. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  let children: Map<string, FieldSet> | undefined;
  for (const [step, other] of b.children) {
    const child = a.children.get(step);
    const rest = child && difference(child, other);
    if (rest === child || rest === undefined) continue;
    children ??= new Map(a.children);
    if (isEmptySet(rest)) children.delete(step);
    else children.set(step, rest);
  }
  const member = a.member && !b.member;
  return children === undefined && member === a.member ? a : { member, children: children ?? a.children };
}

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return fieldSet(
    a.member && b.member,
    [...a.children].map(([step, child]) => [step, intersection(child, b.children.get(step) ?? EMPTY)] as const),
  );
}

/** The set without a field and all below it; the set itself when it has no such field. */
export function withoutPath(set: FieldSet, [first, ...rest]: FieldPath): FieldSet {
  if (first === undefined) return EMPTY;
  const child = set.children.get(first);
  const left = child && withoutPath(child, rest);
  if (left === child || left === undefined) return set;
  const children = new Map(set.children);
  if (isEmptySet(left)) children.delete(first);
  else children.set(first, left);
  return { member: set.member, children };
}

/** All fields of the set, parents before what is below them. */
export function pathsOf(set: FieldSet, prefix: FieldPath = []): FieldPath[] {
  return [...(set.member ? [prefix] : []), ...[...set.children].flatMap(([step, child]) => pathsOf(child, [...prefix, step]))];
}

/** The form in which `managedFields` hold a set: an empty object is a field, `.` marks one with fields below. */
export function toFieldsV1(set: FieldSet): Record<string, unknown> {
  const steps = [...set.children].sort(([a], [b]) => (a < b ? -1 : 1));
  const result: Record<string, unknown> = {};
  for (const [step, child] of steps) {
    result[step] = child.children.size === 0 ? {} : { ...(child.member ? { '.': {} } : {}), ...toFieldsV1(child) };
  }
  return result;
}

/** Reads `fieldsV1`; what is not a set is empty. */
export function fromFieldsV1(fields: unknown): FieldSet {
  if (!isRecord(fields)) return EMPTY;
  const steps = Object.entries(fields).filter(([step]) => step !== '.');
  return {
    member: Object.hasOwn(fields, '.'),
    children: new Map(
      steps.map(([step, below]) => {
        const child = fromFieldsV1(below);
        return [step, child.children.size === 0 ? LEAF : child] as const;
      }),
    ),
  };
}

/** A path as messages show it: `.spec.containers[name="web"].image`. */
export function showPath(path: FieldPath): string {
  return path.map(showStep).join('');
}

function showStep(step: string): string {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return `.${rest}`;
  if (step.startsWith('v:')) return `[=${rest}]`;
  if (!step.startsWith('k:')) return `[${rest}]`;
  const keys: unknown = JSON.parse(rest);
  const entries = isRecord(keys) ? Object.entries(keys) : [];
  return `[${entries.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}

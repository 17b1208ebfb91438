import { Hole, Installed, isMap, REST, Text, When, type Condition, type Node, type Source, type TextHole } from './nodes.js';

/** What holes are filled with. */
export interface Filling {
  readonly values: object;
  readonly namespace: string;
  /** Who is in charge of the objects: the value of a label on all of them. */
  readonly managedBy: string;
  readonly version: string;
  /** Whether the cluster knows a kind, as `group/version/Kind`; all when absent. */
  readonly serves?: (kind: string) => boolean;
}

/** A value without which there can be no installation. */
export class MissingValue extends Error {
  override readonly name = 'MissingValue';
}

/** A node with its holes filled; undefined for what is not there under its condition. @throws MissingValue */
export function fill(node: Node, filling: Filling): unknown {
  if (node instanceof When) {
    const chosen = holds(node.condition, filling) ? node.then : node.else;
    return chosen === undefined ? undefined : fill(chosen, filling);
  }
  if (node instanceof Hole) return valueOf(node.source, filling);
  if (node instanceof Text) return node.parts.map((part) => (typeof part === 'string' ? part : textOf(part, filling))).join('');
  if (Array.isArray(node)) return (node as readonly Node[]).map((item) => fill(item, filling)).filter((item) => item !== undefined);
  if (!isMap(node)) return node;
  const entries = Object.entries(node).flatMap(([key, child]): [string, unknown][] => {
    const value = fill(child, filling);
    return key === REST ? Object.entries(value ?? {}) : value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}

function textOf({ source, else: instead, required }: TextHole, filling: Filling): string {
  const value = valueOf(source, filling);
  if (isSet(value)) return String(value);
  if (required !== undefined) throw new MissingValue(required);
  return instead === undefined ? String(value ?? '') : String(valueOf(instead, filling) ?? '');
}

export function holds(condition: Condition, filling: Filling): boolean {
  if ('set' in condition) return isSet(valueOf(condition.set, filling));
  if ('not' in condition) return !holds(condition.not, filling);
  if ('is' in condition) return valueOf(condition.is[0], filling) === condition.is[1];
  if ('served' in condition) return filling.serves?.(condition.served) ?? true;
  if ('any' in condition) return condition.any.some((each) => holds(each, filling));
  return condition.all.every((each) => holds(each, filling));
}

/** As Helm sees it. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function valueOf(source: Source, filling: Filling): unknown {
  if (source instanceof Installed) return filling[source.what];
  let value: unknown = filling.values;
  for (const key of source.split('.')) value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return value;
}

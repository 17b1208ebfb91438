import { isRecord, setOwn } from '../json.js';
import type { StructuralSchema } from '../structural.js';
import { CelError } from './expression.js';
import { durationOf } from './duration.js';

/** Places of numbers that were written as fractions (`2.0`), as `scanJson` finds them; JSON itself forgets them. */
export type FloatPaths = ReadonlySet<string>;

/**
 * A JSON value as expressions see it: integers are BigInt where the schema says integer (or says nothing and the number
 * is whole), times are times, durations durations; of an object with `properties` only these can be seen, under escaped
 * names. Fields are converted when they are read, so that one that does not fit fails only the rules that read it.
 */
export function celValue(value: unknown, schema: StructuralSchema | undefined, { path = '', floats, root = false }: { path?: string; floats?: FloatPaths; root?: boolean } = {}): unknown {
  if (typeof value === 'number') return numberOf(value, schema, path, floats);
  if (typeof value === 'string') return textOf(value, schema);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => celValue(item, schema?.items, { path: `${path}[${index}]`, ...(floats ? { floats } : {}) }));
  }
  if (!isRecord(value)) return value;
  const result: Record<string, unknown> = {};
  const whole = root || schema?.['x-kubernetes-embedded-resource'] === true;
  const closed = schema?.properties !== undefined || (whole && schema !== undefined);
  for (const [key, item] of Object.entries(value)) {
    const property = propertyOf(schema, key, whole);
    if (closed && property === undefined) continue;
    const name = closed ? escapedName(key) : key;
    const at = path === '' ? key : `${path}.${key}`;
    lazily(result, name, () => celValue(item, property, { path: at, ...(floats ? { floats } : {}) }));
  }
  return result;
}

const METADATA: StructuralSchema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };
const TEXT: StructuralSchema = { type: 'string' };

function propertyOf(schema: StructuralSchema | undefined, key: string, whole: boolean): StructuralSchema | undefined {
  if (whole && key === 'metadata') return METADATA;
  if (whole && (key === 'apiVersion' || key === 'kind')) return TEXT;
  if (schema?.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function numberOf(value: number, schema: StructuralSchema | undefined, path: string, floats: FloatPaths | undefined): bigint | number {
  const type = schema?.type;
  const fraction = !Number.isInteger(value) || floats?.has(path) === true;
  if (type === 'number') return value;
  if (fraction && type === 'integer') throw new CelError('invalid_data', 'invalid data, expected int, got float64');
  return fraction ? value : BigInt(value);
}

function textOf(value: string, schema: StructuralSchema | undefined): unknown {
  if (schema?.type !== 'string') return value;
  switch (schema.format) {
    case 'date':
    case 'date-time': {
      const time = new Date(value);
      return Number.isNaN(time.getTime()) ? value : time;
    }
    case 'duration':
      return durationOf(value) ?? value;
    default:
      return value;
  }
}

function lazily(target: Record<string, unknown>, key: string, make: () => unknown): void {
  if (key === '__proto__') return setOwn(target, key, make());
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = make();
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
      return value;
    },
  });
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** The name under which an expression sees a property, by the rules of Kubernetes: `a-b` is `a__dash__b`. */
export function escapedName(name: string): string {
  if (KEYWORDS.has(name)) return `__${name}__`;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}

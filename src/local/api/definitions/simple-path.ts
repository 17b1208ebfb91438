import { isRecord } from '../../../kubernetes/json.js';

/**
 * The values at a simple JSON path, as definitions use them: `.spec.size`, `.metadata.annotations['a\.b']`,
 * `.status.conditions[?(@.type=="Ready")].status`, `.spec.items[*].name`, `.spec.items[0]`.
 */
export function valuesAt(object: unknown, path: string): unknown[] {
  return steps(path).reduce<unknown[]>((values, step) => values.flatMap(step), [object]);
}

/** The first value as text; empty when there is none. */
export function textAt(object: unknown, path: string): string {
  const [value] = valuesAt(object, path);
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type Step = (value: unknown) => unknown[];

const PART = /\.((?:\\.|[^.[\]\\])+)|\[\?\(@\.([^=!<> ]+)\s*(==|!=)\s*["']?([^"')]*)["']?\)\]|\[(\*|-?\d+|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\]/g;

function steps(path: string): Step[] {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  return [...text.matchAll(PART)].map(([, key, field = '', operator, wanted, index = '']) => {
    if (key !== undefined) return (value) => at(value, key.replaceAll('\\', ''));
    if (operator !== undefined) {
      return (value) => (Array.isArray(value) ? value.filter((item) => (textAt(item, field) === wanted) === (operator === '==')) : []);
    }
    if (index === '*') return (value) => (Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : []);
    if (/^-?\d+$/.test(index)) return (value) => (Array.isArray(value) ? defined(value.at(Number(index))) : []);
    return (value) => at(value, index.slice(1, -1).replaceAll('\\', ''));
  });
}

const at = (value: unknown, key: string): unknown[] => (isRecord(value) && Object.hasOwn(value, key) ? [value[key]] : []);
const defined = (value: unknown): unknown[] => (value === undefined ? [] : [value]);

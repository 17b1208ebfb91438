import { isRecord, setOwn } from '../../../kubernetes/json.js';

/** What CEL computed as a JSON value. @throws Error for a value that JSON cannot hold */
export function fromCel(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.toISOString();
  const entries = value instanceof Map ? [...value.entries()] : isRecord(value) ? Object.entries(value) : undefined;
  if (entries === undefined) throw new Error(`a value of type ${typeof value} cannot be part of an object`);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const name = String(key);
    if (!name.startsWith('?')) setOwn(copy, name, fromCel(item));
    else if (isOptional(item)) {
      if (item.hasValue()) setOwn(copy, name.slice(1), fromCel(item.value()));
    } else throw new Error(`field ${name} is optional and needs an optional value`);
  }
  return copy;
}

interface OptionalValue {
  hasValue(): boolean;
  value(): unknown;
}

function isOptional(value: unknown): value is OptionalValue {
  return typeof value === 'object' && value !== null && 'hasValue' in value && 'value' in value;
}

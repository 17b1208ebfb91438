import { goFields, type GoField } from '../../kubernetes/generated/go-fields.js';
import { isRecord } from '../../kubernetes/json.js';
import { canonicalQuantity, isQuantity } from '../../kubernetes/quantity.js';
import { stepFields } from './go-step-fields.js';

const structs: Readonly<Record<string, readonly GoField[]>> = { ...stepFields, ...goFields };

/**
 * An object as Go writes it from its struct: fields in the order of the struct, keys of maps sorted, what is empty left out
 * where the struct says so, unknown fields gone, and the letters escaped that HTML gives a meaning.
 * @param type name of the Go type, such as `PodTemplateSpec` or `CanaryStep`
 * @param times whether a time that is absent is written as null, as all of Go did before it could leave it out
 */
export function goJson(value: unknown, type: string, times = false): string {
  const record = isRecord(value) ? value : {};
  const fields = (structs[type] ?? []).flatMap((field) => {
    const text = fieldText(record[field[0]], field, times);
    return text === undefined ? [] : [`${quoted(field[0])}:${text}`];
  });
  return `{${fields.join(',')}}`;
}

function fieldText(value: unknown, [, shape, type, always]: GoField, times: boolean): string | undefined {
  const absent = value === undefined || value === null;
  if (shape === 'pointer') return absent ? (always ? 'null' : undefined) : single(value, type, times);
  if (shape === 'list') {
    if (!Array.isArray(value) || (value.length === 0 && !always)) return always ? (absent ? 'null' : '[]') : undefined;
    return `[${value.map((each) => single(each, type, times)).join(',')}]`;
  }
  if (shape === 'map') {
    if (!isRecord(value) || (Object.keys(value).length === 0 && !always)) return always ? (absent ? 'null' : '{}') : undefined;
    return `{${Object.keys(value).sort().map((key) => `${quoted(key)}:${single(value[key], type, times)}`).join(',')}}`;
  }
  if (type === 'Time') return absent ? (times ? 'null' : undefined) : quoted(String(value));
  // A struct that is no pointer is never empty for Go.
  if (structs[type]) return goJson(value, type, times);
  const isEmpty = absent || value === '' || value === 0 || value === false;
  return isEmpty && !always ? undefined : single(absent ? EMPTY[type] : value, type, times);
}

const EMPTY: Readonly<Record<string, unknown>> = { text: '', number: 0, truth: false, Quantity: '0', IntOrString: 0 };

function single(value: unknown, type: string, times: boolean): string {
  if (structs[type]) return goJson(value, type, times);
  if (type === 'Quantity' && (typeof value === 'string' || typeof value === 'number') && isQuantity(value)) return quoted(canonicalQuantity(value));
  if (type === 'text' || typeof value === 'string') return quoted(String(value));
  return JSON.stringify(value) ?? 'null';
}

const ESCAPED: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' };

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char] ?? char);
}

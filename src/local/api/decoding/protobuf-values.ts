import protobuf from 'protobufjs/light.js';
import { isRecord } from '../../../kubernetes/json.js';

type Fields = Readonly<Record<string, unknown>>;

/** Messages that JSON writes as something else than an object of their fields, by the last part of their name. */
const SPECIAL: ReadonlyMap<string, (value: Fields, type: protobuf.Type) => unknown> = new Map([
  ['Time', (value) => timeText(value, 0)],
  ['MicroTime', (value) => timeText(value, 6)],
  ['Duration', ({ duration }) => durationText(wholeNumber(duration))],
  ['Quantity', ({ string = '0' }) => string],
  ['IntOrString', ({ type, intVal, strVal }) => (wholeNumber(type) === 1 ? (strVal ?? '') : wholeNumber(intVal))],
  ['RawExtension', ({ raw }) => jsonOf(raw)],
  ['FieldsV1', ({ Raw }) => jsonOf(Raw)],
  ['JSON', ({ raw }) => jsonOf(raw)],
  ['ExtraValue', ({ items }) => (Array.isArray(items) ? items : [])],
  ['JSONSchemaPropsOrArray', ({ schema, jSONSchemas }, type) => inner(schema, 'schema', type) ?? listOf(jSONSchemas, 'jSONSchemas', type)],
  ['JSONSchemaPropsOrBool', ({ schema, allows }, type) => inner(schema, 'schema', type) ?? allows === true],
  ['JSONSchemaPropsOrStringArray', ({ schema, property }, type) => inner(schema, 'schema', type) ?? property],
]);

/** A decoded message as JSON holds it: under JSON's names, without the empty values that Go's JSON leaves out. */
export function jsonValue(message: unknown, type: protobuf.Type): unknown {
  // Own fields only: what was not sent has a default on the prototype.
  const fields: Fields = isRecord(message) ? { ...message } : {};
  const special = SPECIAL.get(type.name);
  if (special !== undefined) return special(fields, type);
  const result: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    if (!Object.hasOwn(fields, field.name)) continue;
    const value = fieldValue(fields[field.name], field);
    if (value === undefined || (field.options?.['drop'] === true && isZero(value))) continue;
    if (field.options?.['inline'] === true) Object.assign(result, value);
    else result[String(field.options?.['json'] === '-' ? field.name : (field.options?.['json'] ?? field.name))] = value;
  }
  return result;
}

/** @returns undefined for an empty list or map, which protobuf cannot tell from none */
function fieldValue(value: unknown, field: protobuf.Field): unknown {
  if (field instanceof protobuf.MapField) {
    const entries = Object.entries(isRecord(value) ? value : {});
    return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, item]) => [key, single(item, field)]));
  }
  if (!field.repeated) return single(value, field);
  return Array.isArray(value) && value.length > 0 ? value.map((item: unknown) => single(item, field)) : undefined;
}

function single(value: unknown, field: protobuf.Field): unknown {
  if (field.resolvedType instanceof protobuf.Type) return jsonValue(value, field.resolvedType);
  if (field.type === 'bytes') return field.options?.['json'] === '-' ? value : base64(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : wholeNumber(value);
}

function inner(value: unknown, name: string, type: protobuf.Type): unknown {
  const field = type.fields[name];
  return value === undefined || value === null || field === undefined ? undefined : single(value, field);
}

function listOf(value: unknown, name: string, type: protobuf.Type): unknown {
  const field = type.fields[name];
  return field === undefined ? undefined : fieldValue(value, field);
}

/** Numbers of 64 bits come as objects of two halves. */
function wholeNumber(value: unknown): number {
  return value === undefined || value === null ? 0 : Number(String(value));
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false;

const base64 = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : '');

function jsonOf(raw: unknown): unknown {
  return raw instanceof Uint8Array && raw.length > 0 ? JSON.parse(Buffer.from(raw).toString('utf8')) : null;
}

/** @param digits of the fraction; a message without seconds is Go's zero time */
function timeText({ seconds, nanos }: Fields, digits: number): string | null {
  if (seconds === undefined || seconds === null) return null;
  const whole = new Date(wholeNumber(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = digits === 0 ? '' : `.${String(wholeNumber(nanos)).padStart(9, '0').slice(0, digits)}`;
  return `${whole}${fraction}Z`;
}

/** Nanoseconds as Go writes whole seconds and fractions of them. */
function durationText(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  const hours = Math.trunc(seconds / 3600);
  const minutes = Math.trunc((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}`;
}

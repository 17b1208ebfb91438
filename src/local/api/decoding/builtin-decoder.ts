import { isRecord, setOwn } from '../../../kubernetes/json.js';

const REFERENCE = '#/components/schemas/';
const TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const SECOND_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MICRO_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;

/** What decoding found. */
export interface Decoded {
  /** Paths of fields that the type does not have, in the order of the document; they are removed. */
  readonly unknownFields: string[];
}

/** A value does not fit its type; the message is Go's. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/**
 * Decodes objects of built-in kinds as the real server's types do: unknown fields go, wrong types are refused.
 * @param definitions schemas by name, as under `components.schemas`
 */
export class BuiltinDecoder {
  readonly #definitions: Readonly<Record<string, unknown>>;

  constructor(definitions: Readonly<Record<string, unknown>>) {
    this.#definitions = definitions;
  }

  /**
   * Changes the object that it is given.
   * @throws DecodeError
   */
  decode(object: Record<string, unknown>, schemaName: string): Decoded {
    const unknownFields: string[] = [];
    this.#struct(object, schemaName, '', '', unknownFields);
    return { unknownFields };
  }

  #struct(value: Record<string, unknown>, schemaName: string, path: string, shownPath: string, unknown: string[]): void {
    const schema = this.#definitions[schemaName];
    if (!isRecord(schema) || !isRecord(schema['properties'])) return;
    const { properties } = schema;
    const struct = schemaName.split('.').at(-1) ?? '';
    for (const [key, item] of Object.entries(value)) {
      const shown = shownPath === '' ? key : `${shownPath}.${key}`;
      if (!Object.hasOwn(properties, key)) {
        unknown.push(shown);
        delete value[key];
      } else {
        this.#value(item, properties[key], { struct, path: path === '' ? key : `${path}.${key}`, shown }, unknown);
      }
    }
  }

  #value(value: unknown, schema: unknown, at: Place, unknown: string[]): void {
    if (value === null || !isRecord(schema)) return;
    const name = referenceOf(schema);
    if (name !== undefined) return this.#referenced(value, name, at, unknown);
    switch (schema['type']) {
      case 'object':
        if (!isRecord(value)) refuse(value, at, schema['additionalProperties'] === undefined ? 'object' : mapType(schema['additionalProperties']));
        else {
          for (const [key, item] of Object.entries(value)) {
            if (item === null) setOwn(value, key, this.#zero(schema['additionalProperties']));
            else this.#value(item, schema['additionalProperties'], { ...at, shown: `${at.shown}.${key}` }, unknown);
          }
        }
        return;
      case 'array':
        if (!Array.isArray(value)) return refuse(value, at, `[]${goType(schema['items'])}`);
        for (const [index, item] of value.entries()) {
          if (item === null) value[index] = this.#zero(schema['items']);
          else this.#value(item, schema['items'], { ...at, shown: `${at.shown}[${index}]` }, unknown);
        }
        return;
      case 'string':
        if (typeof value !== 'string') return refuse(value, at, 'string');
        if (schema['format'] === 'byte') checkBase64(value);
        return;
      case 'integer':
        if (typeof value !== 'number' || !Number.isInteger(value)) refuse(value, at, schema['format'] === 'int64' ? 'int64' : 'int32');
        return;
      case 'number':
        if (typeof value !== 'number') refuse(value, at, 'float64');
        return;
      case 'boolean':
        if (typeof value !== 'boolean') refuse(value, at, 'bool');
        return;
      default:
        return;
    }
  }

  #referenced(value: unknown, name: string, at: Place, unknown: string[]): void {
    const schema = this.#definitions[name];
    if (name === TIME || name === MICRO_TIME) return checkTime(value, name === MICRO_TIME);
    if (!isRecord(schema)) return;
    if (isRecord(schema['properties'])) {
      if (!isRecord(value)) return refuse(value, at, goTypeName(name));
      return this.#struct(value, name, at.path, at.shown, unknown);
    }
    if (schema['oneOf'] === undefined && schema['format'] !== 'int-or-string') this.#value(value, schema, at, unknown);
  }

  /** What null means as an item of a list or map, which Go's types cannot leave out. */
  #zero(schema: unknown): unknown {
    if (!isRecord(schema)) return null;
    const name = referenceOf(schema);
    const target = name === undefined ? schema : this.#definitions[name];
    if (!isRecord(target) || name === TIME || name === MICRO_TIME) return null;
    if (isRecord(target['properties'])) return {};
    if (name === QUANTITY) return '0';
    if (target['format'] === 'int-or-string') return 0;
    return ZEROS[String(target['type'])] ?? null;
  }
}

const ZEROS: Readonly<Record<string, unknown>> = { string: '', integer: 0, number: 0, boolean: false };

interface Place {
  /** The innermost type. */
  readonly struct: string;
  /** Path in Go's messages: without indices and keys. */
  readonly path: string;
  /** Path in warnings. */
  readonly shown: string;
}

function referenceOf(schema: Record<string, unknown>): string | undefined {
  const [first] = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  const reference = schema['$ref'] ?? (isRecord(first) ? first['$ref'] : undefined);
  return typeof reference === 'string' ? reference.slice(REFERENCE.length) : undefined;
}

function refuse(value: unknown, { struct, path }: Place, type: string): never {
  const actual = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' && type.startsWith('int') ? `number ${value}` : typeof value;
  throw new DecodeError(`json: cannot unmarshal ${actual} into Go struct field ${struct}.${path} of type ${type}`);
}

function goType(schema: unknown): string {
  if (!isRecord(schema)) return 'interface {}';
  const name = referenceOf(schema);
  if (name !== undefined) return goTypeName(name);
  if (schema['type'] === 'integer') return schema['format'] === 'int64' ? 'int64' : 'int32';
  if (schema['type'] === 'boolean') return 'bool';
  return schema['type'] === 'string' ? 'string' : 'interface {}';
}

const mapType = (items: unknown): string => `map[string]${goType(items)}`;

/** `v1.Container` of `io.k8s.api.core.v1.Container`. */
const goTypeName = (name: string): string => name.split('.').slice(-2).join('.');

function checkBase64(text: string): void {
  const bad = /[^A-Za-z0-9+/=\r\n]/.exec(text);
  const plain = text.replace(/[\r\n]/g, '');
  if (bad || plain.length % 4 !== 0) throw new DecodeError(`illegal base64 data at input byte ${bad ? bad.index : text.length - (plain.length % 4)}`);
}

function checkTime(value: unknown, micro: boolean): void {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  if (typeof value !== 'string') throw new DecodeError(`json: cannot unmarshal ${typeof value} into Go value of type string`);
  if (value === '' || (micro ? MICRO_PATTERN : SECOND_PATTERN).test(value)) return;
  if (micro && SECOND_PATTERN.test(value)) {
    throw new DecodeError(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value.slice(19))} as ".000000"`);
  }
  throw new DecodeError(`parsing time ${JSON.stringify(value)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(value)} as "2006"`);
}

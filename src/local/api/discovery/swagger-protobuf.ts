import { isRecord } from '../../../kubernetes/json.js';
import type { SwaggerDocument } from './openapi-v2.js';

/**
 * Writes a Swagger document in the protobuf form of gnostic's `openapi.v2` messages, as far as kubectl reads it:
 * definitions, and the group-version-kind and dryRun parameter of patch operations. The numbers are the fields' of OpenAPIv2.proto.
 */
export function encodeSwagger({ swagger, info, paths, definitions }: SwaggerDocument): Uint8Array {
  const namedPaths = Object.entries(paths).map(([path, item]) => message(2, [text(1, path), message(2, [pathItem(item)])]));
  const schemas = Object.entries(definitions).map(([name, schema]) => message(1, [text(1, name), message(2, [schemaBytes(schema)])]));
  return Buffer.concat([text(1, swagger), message(2, [text(1, info.title), text(2, info.version)]), message(8, namedPaths), message(9, schemas)]);
}

/** Only `patch` (field 8 of PathItem) matters to anyone. */
function pathItem(item: unknown): Buffer {
  const patch = isRecord(item) ? item['patch'] : undefined;
  if (!isRecord(patch)) return Buffer.alloc(0);
  const { parameters, ...rest } = patch;
  const list = Array.isArray(parameters) ? parameters : [];
  // Operation: parameters = 8 (ParametersItem.parameter = 1, Parameter.non_body_parameter = 2, query_parameter_sub_schema = 3), extensions = 13.
  return message(8, [
    ...list.map((each) => message(8, [message(1, [message(2, [message(3, [queryParameter(each)])])])])),
    message(9, []),
    ...extensions(13, rest),
  ]);
}

function queryParameter(parameter: unknown): Buffer {
  if (!isRecord(parameter)) return Buffer.alloc(0);
  const { name, type } = parameter;
  return Buffer.concat([text(2, 'query'), text(4, String(name)), text(6, String(type))]);
}

function schemaBytes(schema: unknown): Buffer {
  if (!isRecord(schema)) return Buffer.alloc(0);
  const parts: Buffer[] = [];
  const { $ref: reference, format, title, description, required, additionalProperties, type, items, properties } = schema;
  if (typeof reference === 'string') parts.push(text(1, reference));
  if (typeof format === 'string') parts.push(text(2, format));
  if (typeof title === 'string') parts.push(text(3, title));
  if (typeof description === 'string') parts.push(text(4, description));
  if (Array.isArray(required)) parts.push(...required.map((each) => text(19, String(each))));
  if (isRecord(additionalProperties)) parts.push(message(21, [message(1, [schemaBytes(additionalProperties)])]));
  else if (typeof additionalProperties === 'boolean') parts.push(message(21, [number(2, additionalProperties ? 1 : 0)]));
  if (typeof type === 'string') parts.push(message(22, [text(1, type)]));
  if (isRecord(items)) parts.push(message(23, [message(1, [schemaBytes(items)])]));
  if (isRecord(properties)) {
    const named = Object.entries(properties).map(([name, child]) => message(1, [text(1, name), message(2, [schemaBytes(child)])]));
    parts.push(message(25, named));
  }
  parts.push(...extensions(31, schema));
  return Buffer.concat(parts);
}

/** Extensions go as YAML text, of which JSON is a part. */
function extensions(field: number, from: Readonly<Record<string, unknown>>): Buffer[] {
  return Object.entries(from)
    .filter(([key]) => key.startsWith('x-'))
    .map(([key, value]) => message(field, [text(1, key), message(2, [text(2, JSON.stringify(value))])]));
}

const tag = (field: number, wire: number): Buffer => varint((field << 3) | wire);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));
const message = (field: number, parts: readonly Buffer[]): Buffer => bytes(field, Buffer.concat(parts));
const number = (field: number, value: number): Buffer => Buffer.concat([tag(field, 0), varint(value)]);

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([tag(field, 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  while (rest > 127) {
    digits.push((rest & 127) | 128);
    rest >>>= 7;
  }
  digits.push(rest);
  return Buffer.from(digits);
}

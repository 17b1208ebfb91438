import { isRecord } from './json.js';
import type { StructuralSchema } from './structural.js';

/** The schemas of an OpenAPI document, references resolved. */
export interface OpenApiDocument {
  /** @param name such as `io.k8s.api.apps.v1.Deployment`; undefined when the document has no such schema */
  schema(name: string): StructuralSchema | undefined;
}

const PREFIX = '#/components/schemas/';

/**
 * Resolves references lazily, so that schemas may contain themselves; asking twice gives the same object.
 * @param definitions by name, as under `components.schemas`
 */
export function openApiDocument(definitions: Readonly<Record<string, unknown>>): OpenApiDocument {
  const resolved = new Map<string, StructuralSchema>();

  const lookUp = (name: string): StructuralSchema | undefined => {
    const known = resolved.get(name);
    if (known) return known;
    if (!Object.hasOwn(definitions, name)) return undefined;
    const made = node({ $ref: `${PREFIX}${name}` });
    resolved.set(name, made);
    return made;
  };

  const flatten = (raw: unknown, depth = 0): Record<string, unknown> => {
    if (!isRecord(raw) || depth > 16) return {};
    const { $ref: reference, allOf, ...own } = raw;
    const name = typeof reference === 'string' && reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : undefined;
    // The name of the struct shows through in messages of decoding.
    const target = name === undefined ? {} : { title: name.slice(name.lastIndexOf('.') + 1), ...flatten(definitions[name], depth + 1) };
    // An `allOf` of references is how OpenAPI v3 adds words (a default, a patch strategy) to a reference.
    const parts = Array.isArray(allOf) ? allOf.map((part) => flatten(part, depth + 1)) : [];
    return Object.assign({}, target, ...parts, own);
  };

  const node = (raw: unknown): StructuralSchema => {
    const { properties, items, additionalProperties, oneOf, ...rest } = flatten(raw);
    const made: Record<string, unknown> = { ...rest };
    if (rest['format'] === 'int-or-string') made['x-kubernetes-int-or-string'] = true;
    else if (oneOf !== undefined && rest['type'] === undefined) made['x-kubernetes-preserve-unknown-fields'] = true;
    // An object without a word on its fields is free-form: `FieldsV1`, raw extensions.
    if (rest['type'] === 'object' && properties === undefined && additionalProperties === undefined) made['x-kubernetes-preserve-unknown-fields'] = true;
    if (isRecord(properties)) {
      define(made, 'properties', () => {
        const children: Record<string, unknown> = {};
        for (const [name, child] of Object.entries(properties)) define(children, name, () => node(child));
        return children;
      });
    }
    if (items !== undefined) define(made, 'items', () => node(items));
    if (isRecord(additionalProperties)) define(made, 'additionalProperties', () => node(additionalProperties));
    else if (additionalProperties !== undefined) made['additionalProperties'] = additionalProperties;
    return made;
  };

  return { schema: lookUp };
}

/** A property that is made when it is first read. */
function define(target: Record<string, unknown>, key: string, make: () => unknown): void {
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = make();
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
      return value;
    },
  });
}

import { cloneJson, isRecord } from '../../../kubernetes/json.js';
import type { ServedKind } from '../kind-registry.js';
import type { ServerContext } from '../server-context.js';

const REFERENCE = '#/components/schemas/';
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** The schemas that some kinds need, by name: their own and all that these refer to. */
export function schemasOf(server: ServerContext, kinds: readonly ServedKind[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const served of kinds) {
    const { schemaName } = served.kind;
    if (served.custom) found[schemaName] = customSchema(served);
    else collect(server.schemas.definitions, schemaName, found);
    if (served.custom) collect(server.schemas.definitions, OBJECT_META, found);
    const own = found[schemaName];
    if (isRecord(own)) own['x-kubernetes-group-version-kind'] = [gvkOf(served)];
  }
  collect(server.schemas.definitions, 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', found);
  return found;
}

/** Group, version and kind as schemas and operations name them. */
export function gvkOf({ kind, version }: ServedKind): { group: string; version: string; kind: string } {
  return { group: kind.resource.group, version, kind: kind.resource.kind };
}

function collect(definitions: Readonly<Record<string, unknown>>, name: string, found: Record<string, unknown>): void {
  if (Object.hasOwn(found, name) || !Object.hasOwn(definitions, name)) return;
  found[name] = cloneJson(definitions[name]);
  for (const reference of referencesIn(definitions[name])) collect(definitions, reference, found);
}

function referencesIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(referencesIn);
  if (!isRecord(node)) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === '$ref' && typeof value === 'string' ? [value.slice(REFERENCE.length)] : referencesIn(value)));
}

function customSchema({ schema }: ServedKind): Record<string, unknown> {
  const { properties, ...rest } = cloneJson<Record<string, unknown>>(isRecord(schema) ? schema : {});
  return {
    ...rest,
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...(isRecord(properties) ? properties : {}),
      metadata: { allOf: [{ $ref: `${REFERENCE}${OBJECT_META}` }] },
    },
  };
}

import { readFileSync } from 'node:fs';
import { isRecord } from '../../kubernetes/json.js';
import type { CustomResourceDefinition } from '../../kubernetes/generated/apiextensions-v1.js';
import { parsePath, type PolicyProblem } from '../../model/policy-problem.js';
import { nearestName } from '../../model/suggestion.js';
import { openApiDocument } from '../../schema/openapi-document.js';
import { unknownFieldPaths } from '../../schema/pruning.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { validateObject } from '../../schema/validation.js';

const generated = (name: string): string => readFileSync(new URL(`../../kubernetes/generated/${name}`, import.meta.url), 'utf8');

/** Kinds of others whose published schemas are at hand: those that policies depend on. */
const BUILT_IN: Readonly<Record<string, string>> = {
  'apps/v1 Deployment': 'io.k8s.api.apps.v1.Deployment',
  'v1 Service': 'io.k8s.api.core.v1.Service',
};

/** Checks objects that policies depend on against their published schemas. */
export interface KnownKinds {
  /** Unknown fields and values of wrong types; none for a kind that is not known here. Absent and null count as one. */
  check(object: Readonly<Record<string, unknown>>): PolicyProblem[];
}

/** The schemas that stand beside the generated types; each file is read when an object asks for it. */
export function knownKinds(): KnownKinds {
  let document: ReturnType<typeof openApiDocument> | undefined;
  let definitions: readonly CustomResourceDefinition[] | undefined;
  const schemaOf = ({ apiVersion, kind }: Readonly<Record<string, unknown>>): StructuralSchema | undefined => {
    const builtIn = BUILT_IN[`${String(apiVersion)} ${String(kind)}`];
    if (builtIn !== undefined) return (document ??= openApiDocument(JSON.parse(generated('openapi-schemas.json')) as Record<string, unknown>)).schema(builtIn);
    definitions ??= JSON.parse(generated('istio-crds.json')) as CustomResourceDefinition[];
    const definition = definitions.find(({ spec }) => spec.names.kind === kind && spec.versions.some(({ name }) => `${spec.group}/${name}` === apiVersion));
    return definition?.spec.versions.find(({ name }) => String(apiVersion).endsWith(`/${name}`))?.schema?.openAPIV3Schema as StructuralSchema | undefined;
  };
  return {
    check(object) {
      const schema = schemaOf(object);
      if (!schema) return [];
      const copy = withoutNulls(object);
      const unknown = unknownFieldPaths(copy, schema).map((text) => unknownField(parsePath(text), schema));
      return [...unknown, ...validateObject(copy, schema).filter(({ field }) => field !== '<nil>').map(({ field, message }) => ({ path: parsePath(field), problem: `${message.replace(`${field} in body `, '')}.`, remedy: '' }))];
    },
  };
}

function unknownField(path: PolicyProblem['path'], schema: StructuralSchema): PolicyProblem {
  const name = String(path.at(-1));
  const parent = path.slice(0, -1).reduce<StructuralSchema | undefined>((at, part) => (typeof part === 'number' ? at?.items : at?.properties?.[part]), schema);
  const meant = nearestName(name, Object.keys(parent?.properties ?? {}));
  return { path, problem: `there is no field "${name}".`, remedy: meant === undefined ? 'Leave it out, or correct it.' : `Did you mean ${meant}?` };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null).map(([key, each]) => [key, withoutNulls(each)]));
}

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
  'networking.k8s.io/v1 Ingress': 'io.k8s.api.networking.v1.Ingress',
};

/** Parts of other kinds' objects that have a published schema of their own. */
const EMBEDDED = { PodTemplateSpec: 'io.k8s.api.core.v1.PodTemplateSpec', JobSpec: 'io.k8s.api.batch.v1.JobSpec' } as const;
export type EmbeddedSchema = keyof typeof EMBEDDED;

/** Checks objects that policies depend on against their published schemas. */
export interface KnownKinds {
  /** Unknown fields and values of wrong types; none for a kind that is not known here. Absent and null count as one. */
  check(object: Readonly<Record<string, unknown>>): PolicyProblem[];
  /** The same of a part of an object. Texts with `{{…}}` are filled in later, and may become anything. @param path where it stands */
  checkEmbedded(part: unknown, schema: EmbeddedSchema, path: PolicyProblem['path']): PolicyProblem[];
}

/** The schemas that stand beside the generated types; each file is read when an object asks for it. */
export function knownKinds(): KnownKinds {
  let document: ReturnType<typeof openApiDocument> | undefined;
  let definitions: readonly CustomResourceDefinition[] | undefined;
  const published = (name: string): StructuralSchema | undefined => (document ??= openApiDocument(JSON.parse(generated('openapi-schemas.json')) as Record<string, unknown>)).schema(name);
  const schemaOf = ({ apiVersion, kind }: Readonly<Record<string, unknown>>): StructuralSchema | undefined => {
    const builtIn = BUILT_IN[`${String(apiVersion)} ${String(kind)}`];
    if (builtIn !== undefined) return published(builtIn);
    definitions ??= JSON.parse(generated('istio-crds.json')) as CustomResourceDefinition[];
    const definition = definitions.find(({ spec }) => spec.names.kind === kind && spec.versions.some(({ name }) => `${spec.group}/${name}` === apiVersion));
    return definition?.spec.versions.find(({ name }) => String(apiVersion).endsWith(`/${name}`))?.schema?.openAPIV3Schema as StructuralSchema | undefined;
  };
  return {
    check(object) {
      const schema = schemaOf(object);
      return schema ? problemsOf(object, schema) : [];
    },
    checkEmbedded(part, name, path) {
      return problemsOf(part, published(EMBEDDED[name]) ?? {})
        .filter((problem) => !isTemplated(valueAt(part, problem.path)))
        .map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
    },
  };
}

function problemsOf(given: unknown, schema: StructuralSchema): PolicyProblem[] {
  const copy = withoutNulls(given);
  const unknown = unknownFieldPaths(copy, schema).map((text) => unknownField(parsePath(text), schema));
  return [...unknown, ...validateObject(copy, schema).filter(({ field }) => field !== '<nil>').map(({ field, message }) => ({ path: parsePath(field), problem: `${message.replace(`${field} in body `, '')}.`, remedy: '' }))];
}

const isTemplated = (value: unknown): boolean => typeof value === 'string' && value.includes('{{');
const valueAt = (part: unknown, path: PolicyProblem['path']): unknown => path.reduce<unknown>((at, each) => (Array.isArray(at) ? (at[Number(each)] as unknown) : isRecord(at) ? at[each] : undefined), part);

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

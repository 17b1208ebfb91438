import type { TSchema } from 'typebox';
import { cloneJson, isRecord } from '../kubernetes/json.js';
import { customResourceSchema, type CustomResourceSchema } from '../schema/custom-resource.js';
import type { Problem } from '../schema/problem.js';
import { toStructural, type StructuralSchema } from '../schema/structural.js';
import { schemaOfKind } from './custom-resources.js';
import { DURATION_PATTERN } from './duration.js';
import { BatchSizeSchema, BatchStepSchema } from './policy/batches.js';
import { formatPath, parsePath, type PolicyProblem } from './policy-problem.js';
import { nearestName } from './suggestion.js';

type Path = PolicyProblem['path'];

/** Compiled when first asked for. */
const schemas = new Map<string, CustomResourceSchema>();

function schemaOf(kind: string): CustomResourceSchema | undefined {
  const known = schemas.get(kind);
  const schema = known ? undefined : schemaOfKind(kind);
  if (!schema) return known;
  const compiled = customResourceSchema(schema);
  schemas.set(kind, compiled);
  return compiled;
}

/**
 * Everything in a ReleasePolicy that its schema forbids, rules included, and every field that it does not know. Needs
 * nothing but the object, so that `lint`, `apply` and the controller say the same. Empty for what can be compiled.
 */
export const validatePolicy = (object: unknown): PolicyProblem[] => [...validateKind('ReleasePolicy', object), ...batchProblems(object)];

/** As its schema alone has it, for any kind of Serin's own. */
export function validateKind(kind: string, object: unknown): PolicyProblem[] {
  const definition = schemaOf(kind);
  return definition ? validateWith(definition, object) : [];
}

function validateWith(definition: CustomResourceSchema, object: unknown): PolicyProblem[] {
  const copy = cloneJson(object);
  const unknown = definition.prune(copy).map((path) => unknownField(parsePath(path), definition.schema));
  definition.fillDefaults(copy);
  const wrong = definition.validate(copy).filter(({ field, reason }) => field !== '<nil>' || reason === 'FieldValueRequired');
  return [...unknown, ...wrong.map((problem) => explainProblem(problem, definition.schema))];
}

const BATCHES: Path = ['spec', 'strategy', 'rolling', 'batches'];
const batchSchema = (schema: TSchema): CustomResourceSchema => customResourceSchema({ type: 'object', required: ['batch'], properties: { batch: toStructural(schema) } });
const batchSchemas = { size: batchSchema(BatchSizeSchema), step: batchSchema(BatchStepSchema) };

/** What the schema of a policy cannot say of its batches: each is a size, or an object. */
function batchProblems(object: unknown): PolicyProblem[] {
  const batches = BATCHES.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), object);
  if (!Array.isArray(batches)) return [];
  return batches.flatMap((batch: unknown, index) =>
    validateWith(isRecord(batch) ? batchSchemas.step : batchSchemas.size, { batch }).map(({ path, ...problem }) => ({ ...problem, path: [...BATCHES, index, ...path.slice(1)] })),
  );
}

function unknownField(path: Path, schema: StructuralSchema): PolicyProblem {
  const name = String(path.at(-1));
  const known = Object.keys(schemaAt(schema, path.slice(0, -1))?.properties ?? {});
  const replaced = REPLACED[formatPath(path)];
  if (replaced) return { path, ...replaced };
  const special = UNSUPPORTED[name];
  if (special !== undefined) return { path, problem: special, remedy: 'Name a Deployment, or write the Pods as an inline workload.' };
  const meant = nearestName(name, known);
  if (name === 'template' && known.includes('errorRate')) return { path, problem: 'a template cannot be made of another one.', remedy: 'Write what is to be measured: errorRate, latency, saturation or condition.' };
  const remedy = meant !== undefined ? `Did you mean ${meant}?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : 'Leave it out.';
  return { path, problem: `there is no field "${name}".`, remedy };
}

/** Fields of earlier versions: a cluster would leave them out without a word, and a limit that somebody relies on with them. */
const REPLACED: Readonly<Record<string, Pick<PolicyProblem, 'problem' | 'remedy'>>> = {
  'spec.analysis.maximumErrorRateIncrease': {
    problem: 'is gone: errors are compared with those of stable, by how many times as many there are.',
    remedy: 'Leave it out for the usual 1.5x, or write metrics: [{name: errors, errorRate: {worseBy: 2x, acceptBelow: 3x}}, {name: latency, latency: {}}].',
  },
  'spec.analysis.minimumRequests': { problem: 'is gone: an analysis goes on as soon as the evidence suffices.', remedy: 'For one that is undecided after its time, write undecided: {minimumRequests: 20}.' },
};

/** Kinds of workloads that people try. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  statefulSet: 'a StatefulSet cannot be released: each of its Pods has a name and a volume of its own, so two versions cannot run side by side.',
  daemonSet: 'a DaemonSet cannot be released: it runs one Pod a node, so two versions cannot run side by side.',
};

/** A problem of validation in words for people. @param schema of the whole value */
export function explainProblem({ field, reason, message }: Problem, schema: StructuralSchema): PolicyProblem {
  const path = field === '<nil>' ? [] : parsePath(field);
  const at = schemaAt(schema, path);
  const purpose = at?.description ?? '';
  if (reason === 'FieldValueRequired') return { path, problem: 'is missing.', remedy: purpose };
  if (reason === 'FieldValueDuplicate') return { path, problem: 'stands there twice.', remedy: 'Remove one, or give it another name.' };
  const [value, ...words] = withoutLabel(message).split(`: ${field} in body `);
  const rule = words.join('');
  if (at?.pattern === DURATION_PATTERN && rule.startsWith('should match')) return { path, problem: `${value ?? ''} is not a duration.`, remedy: 'Write it as in 90s, 5m or 1m30s.' };
  const type = /must be of type (\w+): "(\w+)"/.exec(rule);
  if (type) return { path, problem: `must be ${article(type[1])}, not ${article(type[2])}.`, remedy: purpose };
  if (rule !== '') return { path, problem: `${value ?? ''} ${rule}.`, remedy: purpose };
  return { path, problem: sentence(withoutLabel(message)), remedy: '' };
}

const withoutLabel = (message: string): string => message.replace(/^(Invalid|Unsupported|Duplicate) value: /, '');
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const article = (type = ''): string => `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`;

function schemaAt(schema: StructuralSchema, path: Path): StructuralSchema | undefined {
  return path.reduce<StructuralSchema | undefined>((at, part) => {
    if (typeof part === 'number') return at?.items;
    const property = at?.properties?.[part];
    if (property) return property;
    return isRecord(at?.additionalProperties) ? at.additionalProperties : undefined;
  }, schema);
}

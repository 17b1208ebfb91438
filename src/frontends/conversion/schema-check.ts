import { cloneJson, isRecord } from '../../kubernetes/json.js';
import { parsePath, type PolicyProblem } from '../../model/policy-problem.js';
import { explainProblem } from '../../model/policy-validation.js';
import { nearestName } from '../../model/suggestion.js';
import { unknownFieldPaths } from '../../schema/pruning.js';
import type { StructuralSchema } from '../../schema/structural.js';
import { validateObject } from '../../schema/validation.js';

/** What a schema says against an object: unknown fields, and values of the wrong type. */
export interface SchemaProblems {
  readonly problems: PolicyProblem[];
  /** The object without nulls and without unknown fields' meaning; undefined where values are of the wrong type. */
  readonly object: Readonly<Record<string, unknown>> | undefined;
}

/** Checks an object against its schema; null counts as absent, as for the server. */
export function checkSchema(given: unknown, schema: StructuralSchema): SchemaProblems {
  const object: unknown = dropNulls(cloneJson(given));
  const unknown = unknownFieldPaths(object, schema).map((path) => unknownField(parsePath(path), schema));
  const wrong = validateObject(object, schema).filter(({ field }) => field !== '<nil>').map((problem) => explainProblem(problem, schema));
  return { problems: [...unknown, ...wrong], object: wrong.length === 0 && isRecord(object) ? object : undefined };
}

function unknownField(path: PolicyProblem['path'], schema: StructuralSchema): PolicyProblem {
  const name = String(path.at(-1));
  const parent = path.slice(0, -1).reduce<StructuralSchema | undefined>((at, part) => (typeof part === 'number' ? at?.items : at?.properties?.[part]), schema);
  const known = Object.keys(parent?.properties ?? {});
  const meant = nearestName(name, known);
  return { path, problem: `there is no field "${name}".`, remedy: meant !== undefined ? `Did you mean ${meant}?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : 'Leave it out.' };
}

function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null).map(([key, each]) => [key, dropNulls(each)]));
}

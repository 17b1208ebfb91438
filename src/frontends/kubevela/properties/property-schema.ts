import type { Static, TSchema } from 'typebox';
import { cloneJson } from '../../../kubernetes/json.js';
import { explainProblem } from '../../../model/policy-validation.js';
import { parsePath } from '../../../model/policy-problem.js';
import { nearestName } from '../../../model/suggestion.js';
import { fillDefaults } from '../../../schema/defaulting.js';
import { unknownFieldPaths } from '../../../schema/pruning.js';
import { schemaOfKey, toStructural, type StructuralSchema } from '../../../schema/structural.js';
import { validateObject } from '../../../schema/validation.js';
import type { ApplicationProblem } from '../problem.js';

type Path = ApplicationProblem['path'];

/** What may stand under `properties` of one type of component, trait or step. */
export interface PropertySchema<T> {
  /** All that is wrong with a value; empty for one that can be read. @param path where it stands */
  problems(value: unknown, path: Path): ApplicationProblem[];
  /** Of those the fields that are too many. */
  unknowns(value: unknown, path: Path): ApplicationProblem[];
  /** Of those the rest, which keeps a value from being what its type says. */
  misfits(value: unknown, path: Path): ApplicationProblem[];
  /** A copy with its defaults and without nulls, which count as absent to a server. */
  filled(value: unknown): unknown;
  /** As `filled`. Absent properties count as none. @throws Error for a value with problems */
  read(value: unknown): T;
}

/** Compiles a TypeBox schema once. */
export function propertySchema<const S extends TSchema>(definition: S): PropertySchema<Static<S>> {
  const schema = toStructural(definition);
  const filled = (value: unknown): unknown => {
    const copy = cloneJson(value ?? {});
    fillDefaults(copy, schema);
    return copy;
  };
  const fits = (value: unknown): value is Static<S> => validateObject(value, schema).length === 0;
  const below = (path: Path) => (problem: ApplicationProblem): ApplicationProblem => ({ ...problem, path: [...path, ...problem.path] });
  const misfits = (value: unknown, path: Path): ApplicationProblem[] => validateObject(filled(value), schema).map((problem) => explainProblem(problem, schema)).map(below(path));
  const unknowns = (value: unknown, path: Path): ApplicationProblem[] => unknownFieldPaths(value ?? {}, schema, { root: false }).map((text) => unknownField(parsePath(text), schema)).map(below(path));
  return {
    filled, unknowns, misfits,
    problems: (value, path) => [...unknowns(value, path), ...misfits(value, path)],
    read: (value) => {
      const copy = filled(value);
      if (!fits(copy)) throw new Error(`properties that were not checked: ${JSON.stringify(value)}`);
      return copy;
    },
  };
}

/** @param path from the schema's own value */
function unknownField(path: Path, schema: StructuralSchema): ApplicationProblem {
  const name = String(path.at(-1));
  const parent = path.slice(0, -1).reduce<StructuralSchema | undefined>((at, part) => (typeof part === 'number' ? at?.items : schemaOfKey(at, part)), schema);
  const known = Object.keys(parent?.properties ?? {});
  const meant = nearestName(name, known);
  const remedy = meant !== undefined ? `Did you mean ${meant}?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : 'Leave it out.';
  return { path, problem: `there is no property "${name}".`, remedy };
}

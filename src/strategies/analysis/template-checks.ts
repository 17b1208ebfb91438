import type { MetricTemplateSpec } from '../../model/metric-template.js';
import { argumentOf, fillPlaceholders, placeholders, placeholdersIn } from '../../model/placeholders.js';
import type { PolicyProblem } from '../../model/policy-problem.js';
import { checkMeasure } from './measure-checks.js';
import { measureOf, unfilledProblem } from './templates.js';

/** Stands for what only a policy or a release can say. */
const ANY = '1';

/**
 * What speaks against a template by itself, with places in the object; all at once. What depends on a value that policies give
 * is left to them.
 */
export function checkTemplate(template: MetricTemplateSpec): PolicyProblem[] {
  const measure = measureOf(template);
  const declared = template.arguments ?? [];
  const open = new Set(declared.filter((each) => each.default === undefined).map(({ name }) => name));
  const { filled, unfilled } = fillPlaceholders(
    measure,
    Object.fromEntries(Object.keys(placeholders).map((name) => [name, ANY])),
    Object.fromEntries(declared.map(({ name, default: value = ANY }) => [name, value])),
  );
  const depends = (text: unknown): boolean => placeholdersIn(text).some((name) => open.has(argumentOf(name) ?? ''));
  const names = declared.map(({ name }) => name);
  const problems = [...unfilled.map((each) => unfilledProblem(each, names)), ...checkMeasure(filled).filter(({ path }) => !depends(at(measure, path)))];
  return problems.map((each) => ({ ...each, path: ['spec', ...each.path] }));
}

const at = (value: unknown, path: PolicyProblem['path']): unknown => path.reduce((found, key) => (typeof found === 'object' && found !== null ? (Reflect.get(found, key) as unknown) : undefined), value);

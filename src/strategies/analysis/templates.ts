import { measureProblems, type Measure } from '../../model/measure.js';
import { measureFields, type Metric } from '../../model/policy/analysis.js';
import type { MetricTemplateSpec } from '../../model/metric-template.js';
import { argumentOf, fillPlaceholders, placeholders, type PlaceholderValues, type UnfilledPlaceholder } from '../../model/placeholders.js';
import { formatPath, type PolicyProblem } from '../../model/policy-problem.js';
import { nearestName } from '../../model/suggestion.js';
import { checkMeasure } from './measure-checks.js';

export type TemplateKind = NonNullable<NonNullable<Metric['template']>['kind']>;

/** The templates that a policy may name. */
export interface TemplateSource {
  /** `unknown` where it cannot be said whether there is one; a sentence in `hidden` says why none can be seen at all. */
  find(kind: TemplateKind, name: string): MetricTemplateSpec | 'unknown' | { readonly hidden: string } | undefined;
  /** The names that there are, for one that was mistyped. */
  names(kind: TemplateKind): readonly string[];
}

/** Where nobody can be asked. */
export const unknownTemplates: TemplateSource = { find: () => 'unknown', names: () => [] };

/** A metric without placeholders and template; `unknown` where its template is; or what is wrong with it, with places in the metric. */
export type FilledMetric = { readonly measure: Measure } | 'unknown' | { readonly problems: readonly PolicyProblem[] };

/** Fills in a metric of a policy: from its template if it names one. */
export function fillMetric(metric: Metric, templates: TemplateSource, values: PlaceholderValues): FilledMetric {
  return metric.template ? fromTemplate(metric.template, templates, values) : filledMeasure(measureOf(metric), values);
}

/** A metric or a template without all that is not its measure. */
export function measureOf(holder: Measure): Measure {
  // The same fields, fewer of them.
  return Object.fromEntries(Object.keys(measureFields).flatMap((field) => (holder[field as keyof Measure] === undefined ? [] : [[field, holder[field as keyof Measure]]]))) as Measure;
}

function filledMeasure(measure: Measure, values: PlaceholderValues): FilledMetric {
  const { filled, unfilled } = fillPlaceholders(measure, values, undefined);
  const problems = [...unfilled.map((each) => unfilledProblem(each, undefined)), ...(unfilled.length > 0 ? [] : problemsOf(filled))];
  return problems.length > 0 ? { problems } : { measure: filled };
}

/** What the schema and sense say against a measure that is filled in. */
const problemsOf = (measure: Measure): PolicyProblem[] => {
  const invalid = measureProblems(measure);
  return invalid.length > 0 ? invalid : checkMeasure(measure);
};

function fromTemplate({ kind = 'MetricTemplate', name, arguments: given = [] }: NonNullable<Metric['template']>, templates: TemplateSource, values: PlaceholderValues): FilledMetric {
  const path = ['template'];
  const own: PolicyProblem[] = [];
  const found = templates.find(kind, name);
  if (found === 'unknown') return 'unknown';
  if (found === undefined || 'hidden' in found) return { problems: [missing(kind, name, found?.hidden, templates)] };
  const declared = found.arguments ?? [];
  const known = declared.map((each) => each.name);
  for (const [index, { name: argument }] of given.entries()) {
    const at = [...path, 'arguments', index, 'name'];
    if (given.findIndex((each) => each.name === argument) < index) own.push({ path: at, problem: `argument ${argument} is given twice.`, remedy: 'Remove one.' });
    if (known.includes(argument)) continue;
    const meant = nearestName(argument, known);
    own.push({ path: at, problem: `${kind} ${name} has no argument ${argument}.`, remedy: meant !== undefined ? `Did you mean ${meant}?` : known.length > 0 ? `It has ${known.join(', ')}.` : 'It has none: leave it out.' });
  }
  const args: Record<string, string> = {};
  for (const { name: argument, default: absent } of declared) {
    const value = given.find((each) => each.name === argument)?.value ?? absent;
    if (value !== undefined) args[argument] = value;
    else own.push({ path: [...path, 'arguments'], problem: `${kind} ${name} needs a value for its argument ${argument}.`, remedy: `Add {name: ${argument}, value: …}.` });
  }
  const { filled, unfilled } = fillPlaceholders(measureOf(found), values, args);
  // Of an argument that has no value it is said above.
  const inTemplate = [...unfilled.filter((each) => !known.includes(argumentOf(each.name) ?? '')).map((each) => unfilledProblem(each, known)), ...(unfilled.length > 0 ? [] : problemsOf(filled))];
  const problems = [...own, ...inTemplate.map(({ path: at, problem, remedy }) => ({ path, problem: `${kind} ${name}, ${formatPath(['spec', ...at])}: ${problem}`, remedy }))];
  return problems.length > 0 ? { problems } : { measure: filled };
}

function missing(kind: TemplateKind, name: string, hidden: string | undefined, templates: TemplateSource): PolicyProblem {
  const path = ['template', 'name'];
  if (hidden !== undefined) return { path, problem: `${kind} ${name} cannot be seen: ${hidden}`, remedy: '' };
  const other = kind === 'MetricTemplate' ? 'ClusterMetricTemplate' : 'MetricTemplate';
  const meant = nearestName(name, templates.names(kind));
  const elsewhere = templates.names(other).includes(name);
  const problem = `there is no ${kind} ${name}${kind === 'MetricTemplate' ? ' in this namespace' : ''}.`;
  return { path, problem, remedy: elsewhere ? `There is a ${other} of that name: set kind to it.` : meant === undefined ? 'Create it, or correct the name.' : `Did you mean ${meant}?` };
}

/** @param known arguments of the template; undefined outside templates */
export function unfilledProblem({ path, name }: UnfilledPlaceholder, known: readonly string[] | undefined): PolicyProblem {
  const argument = argumentOf(name);
  const shown = `{{${name}}}`;
  if (argument !== undefined && known === undefined) return { path, problem: `${shown} names an argument, and only templates have arguments.`, remedy: 'Write the value itself.' };
  if (argument !== undefined) {
    const meant = nearestName(argument, known ?? []);
    return { path, problem: `${shown} names an argument that the template does not have.`, remedy: meant === undefined ? `Add ${argument} to spec.arguments, or correct the name.` : `Did you mean {{arguments.${meant}}}?` };
  }
  if (Object.hasOwn(placeholders, name)) return { path, problem: `there is nothing to fill in for ${shown}: the policy has no Service.`, remedy: 'Set spec.service, or leave it out.' };
  const names = [...Object.keys(placeholders), ...(known ?? []).map((each) => `arguments.${each}`)];
  const meant = nearestName(name, names);
  return { path, problem: `nothing is known under the name ${shown}.`, remedy: meant === undefined ? `There are ${names.map((each) => `{{${each}}}`).join(', ')}.` : `Did you mean {{${meant}}}?` };
}

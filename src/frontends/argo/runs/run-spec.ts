import { formatProblem } from '../../../model/policy-problem.js';
import { templatesNamed, togetherProblems, type NamedTemplate } from '../checks/analysis.js';
import type { KnownObjects } from '../checks/known-objects.js';
import type { AnalysisRunSpec } from '../kinds/analysis.js';
import type { TemplateArgument } from '../kinds/metrics.js';
import type { RolloutAnalysis, TemplateReference } from '../kinds/rollout-analysis.js';

/** What an AnalysisRun is made from. */
export interface RunSpecRequest extends Pick<RolloutAnalysis, 'dryRun' | 'measurementRetention'> {
  /** The templates; those that they name are taken along. */
  readonly templates: readonly TemplateReference[];
  /** Values that are given; they come before those of the templates. What no template asks for is left out. */
  readonly args: readonly TemplateArgument[];
  readonly namespace: string;
  /** Whether something waits for its end. */
  readonly ends: boolean;
  readonly known: KnownObjects;
  /** The text of a field of what the analysis is for; absent where it is for nothing. */
  readonly field?: (path: string) => string | undefined;
}

/** A spec, or every reason why there is none, in sentences. */
export type RunSpecAnswer = { readonly spec: AnalysisRunSpec; readonly problems?: undefined } | { readonly spec?: undefined; readonly problems: readonly string[] };

/** Puts the templates of an analysis together: their metrics, arguments and rules, each with what is given. */
export function runSpecOf({ templates, args: given, dryRun = [], measurementRetention = [], namespace, ends, known, field }: RunSpecRequest): RunSpecAnswer {
  const looked = templatesNamed(templates, ['templates'], namespace, known);
  const problems = [...looked.problems, ...togetherProblems(looked.found, given, { path: [], ends }, known)].filter(({ severity }) => severity !== 'warning').map(formatProblem);
  if (looked.found.length === 0 && problems.length === 0) problems.push('templates: an analysis without a template measures nothing. Name an AnalysisTemplate.');
  // A cluster whose templates cannot be seen has none; nothing is made of nothing.
  if (looked.found.length < templates.length && problems.length === 0) problems.push('templates: AnalysisTemplates cannot be seen.');
  const args: TemplateArgument[] = [];
  for (const argument of declared(looked.found)) {
    const found = valued(given.find(({ name }) => name === argument.name) ?? argument, field);
    if (typeof found === 'string') problems.push(found);
    else args.push(found);
  }
  if (problems.length > 0) return { problems: [...new Set(problems)] };
  const specs = looked.found.map(({ template }) => template.spec);
  const dryRuns = [...dryRun, ...specs.flatMap((spec) => spec.dryRun ?? [])];
  const retentions = [...measurementRetention, ...specs.flatMap((spec) => spec.measurementRetention ?? [])];
  const twice = [...repeated(dryRuns, 'dryRun'), ...repeated(retentions, 'measurementRetention')];
  if (twice.length > 0) return { problems: twice };
  return {
    spec: {
      metrics: specs.flatMap(({ metrics = [] }) => metrics),
      ...(args.length > 0 ? { args } : {}),
      ...(dryRuns.length > 0 ? { dryRun: dryRuns } : {}),
      ...(retentions.length > 0 ? { measurementRetention: retentions } : {}),
    },
  };
}

/** The arguments of all templates, each once; one with a value comes before one without. */
function declared(found: readonly NamedTemplate[]): TemplateArgument[] {
  const all = new Map<string, TemplateArgument>();
  for (const argument of found.flatMap(({ template }) => template.spec.args ?? [])) {
    if (all.get(argument.name)?.value === undefined) all.set(argument.name, argument);
  }
  return [...all.values()];
}

/** The argument with the value that it has from now on; secrets are read at each measurement. @returns a sentence where it has none */
function valued(argument: TemplateArgument, field: RunSpecRequest['field']): TemplateArgument | string {
  const { name, value, valueFrom } = argument;
  if (value !== undefined) return { name, value };
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return argument;
  const text = field?.(path);
  if (text !== undefined) return { name, value: text };
  return field ? `args: argument ${name} is to be read from ${path}, where there is no single value. Correct the path.` : `args: argument ${name} is to be read from ${path} of a Rollout, and this analysis is for none. Give its value.`;
}

const repeated = (rules: readonly { readonly metricName: string }[], field: string): string[] =>
  rules.flatMap(({ metricName }, index) => (rules.findIndex((each) => each.metricName === metricName) < index ? [`${field}: two rules are for "${metricName}". Remove one.`] : []));

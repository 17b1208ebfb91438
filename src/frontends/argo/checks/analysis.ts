import { formatPath, type PolicyProblem } from '../../../model/policy-problem.js';
import type { AnalysisTemplate } from '../kinds/analysis.js';
import type { RolloutAnalysis, RunArgument, TemplateReference } from '../kinds/rollout-analysis.js';
import { lookUp, type KnownObjects, type Path } from './known-objects.js';
import { checkMetrics } from './metrics.js';

/** Where an analysis stands, and what it is for. */
export interface AnalysisPlace {
  readonly path: Path;
  /** Whether something waits for its end. */
  readonly ends: boolean;
  readonly namespace: string;
}

/** A template that an analysis names, and where it is named. */
export interface NamedTemplate {
  readonly template: AnalysisTemplate;
  readonly path: Path;
}

/** What speaks against an analysis of a Rollout, with the templates that it names. */
export function checkAnalysis(analysis: RolloutAnalysis | undefined, place: AnalysisPlace, known: KnownObjects): PolicyProblem[] {
  if (!analysis) return [];
  const { templates = [], args = [] } = analysis;
  const { path } = place;
  if (templates.length === 0) return [{ path: [...path, 'templates'], problem: 'an analysis without a template measures nothing.', remedy: 'Name an AnalysisTemplate.' }];
  const { found, problems } = templatesNamed(templates, [...path, 'templates'], place.namespace, known);
  return [...problems, ...checkRunArguments(args, [...path, 'args']), ...togetherProblems(found, args, place, known)];
}

/** The templates of a list of references and those that they name in turn, each once. */
export function templatesNamed(references: readonly TemplateReference[], path: Path, namespace: string, known: KnownObjects): { found: NamedTemplate[]; problems: PolicyProblem[] } {
  const found: NamedTemplate[] = [];
  const problems: PolicyProblem[] = [];
  const seen = new Set<string>();
  const visit = ({ templateName = '', clusterScope = false }: TemplateReference, at: Path): void => {
    const key = `${clusterScope} ${templateName}`;
    if (seen.has(key)) return;
    seen.add(key);
    if (templateName === '') {
      problems.push({ path: [...at, 'templateName'], problem: 'is missing.', remedy: 'Name the template.' });
      return;
    }
    const kind = clusterScope ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate';
    const looked = lookUp(clusterScope ? known.clusterAnalysisTemplates : known.analysisTemplates, kind, templateName, clusterScope ? undefined : namespace, [...at, 'templateName']);
    problems.push(...looked.problems);
    if (!looked.found) return;
    found.push({ template: looked.found, path: at });
    for (const each of looked.found.spec.templates ?? []) visit(each, at);
  };
  references.forEach((each, index) => visit(each, [...path, index]));
  return { found, problems };
}

/** Whether the templates of one analysis go together, and have all that they need. @param args which are given a value */
export function togetherProblems(found: readonly NamedTemplate[], args: readonly { readonly name: string }[], { path, ends }: Pick<AnalysisPlace, 'path' | 'ends'>, { prometheusAddress }: Pick<KnownObjects, 'prometheusAddress'>): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const owners = new Map<string, string>();
  const defaults = new Map<string, { value: string; of: string }>();
  const missing = new Set<string>();
  // All templates of an analysis have their arguments in common.
  const beside = [...args, ...found.flatMap(({ template }) => template.spec.args ?? [])].map(({ name }) => name);
  for (const { template, path: at } of found) {
    const { name = '' } = template.metadata;
    const title = `${template.kind} ${name}`;
    for (const { problem, path: inside } of checkMetrics(template.spec, { prometheusAddress, beside }).filter(({ severity }) => severity !== 'warning')) problems.push({ path: at, problem: `${title} cannot be run: ${formatPath(['spec', ...inside])}: ${problem}`, remedy: 'Correct the template.' });
    for (const metric of template.spec.metrics ?? []) {
      const owner = owners.get(metric.name);
      if (owner !== undefined) problems.push({ path: at, problem: `${title} has a metric ${metric.name}, as ${owner} has.`, remedy: 'Rename one of the two.' });
      owners.set(metric.name, title);
      if (ends && metric.interval !== undefined && metric.count === undefined) problems.push({ path: at, problem: `metric ${metric.name} of ${title} is measured for ever, so this analysis would never end.`, remedy: 'Give the metric a count.' });
    }
    for (const argument of template.spec.args ?? []) {
      if (args.some((each) => each.name === argument.name)) continue;
      const { value } = argument;
      const other = defaults.get(argument.name);
      if (value === undefined) {
        if (!argument.valueFrom) missing.add(argument.name);
        continue;
      }
      if (other && other.value !== value) problems.push({ path: at, problem: `argument ${argument.name} has another default in ${title} than in ${other.of}.`, remedy: 'Give its value under args.' });
      defaults.set(argument.name, { value, of: title });
    }
  }
  for (const name of missing) {
    if (!defaults.has(name)) problems.push({ path: [...path, 'args'], problem: `nothing gives a value to argument ${name}.`, remedy: `Add {name: ${name}, value: …}.` });
  }
  return problems;
}

const METADATA = /^metadata\.(name|namespace|uid|(labels|annotations)(\['[^']+'\])?)$/;

/** What speaks against the values that a Rollout gives to arguments. */
export function checkRunArguments(args: readonly RunArgument[], path: Path): PolicyProblem[] {
  return args.flatMap(({ name, value, valueFrom }, index) => {
    const problems: PolicyProblem[] = [];
    const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, index, ...at], problem, remedy });
    if (args.findIndex((each) => each.name === name) < index) say(['name'], `argument ${name} is given twice.`, 'Remove one.');
    if (value !== undefined && valueFrom) say(['valueFrom'], 'stands beside value.', 'Leave one of the two out.');
    if (value === undefined && !valueFrom) say([], `argument ${name} has no value.`, 'Write value or valueFrom.');
    const { podTemplateHashValue, fieldRef } = valueFrom ?? {};
    if (valueFrom && (podTemplateHashValue === undefined) === (fieldRef === undefined)) say(['valueFrom'], 'must be one of podTemplateHashValue and fieldRef.', 'Write one of them.');
    if (fieldRef?.fieldPath.startsWith('metadata') && !METADATA.test(fieldRef.fieldPath)) say(['valueFrom', 'fieldRef', 'fieldPath'], `${fieldRef.fieldPath} is no text of the metadata.`, "Write it as in metadata.name or metadata.labels['app'].");
    return problems;
  });
}

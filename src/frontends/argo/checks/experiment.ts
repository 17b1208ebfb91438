import type { PolicyProblem } from '../../../model/policy-problem.js';
import { checkSchema } from '../../conversion/schema-check.js';
import { schemaOfArgoKind } from '../custom-resources.js';
import { goDuration } from '../duration.js';
import type { Experiment, ExperimentSpec } from '../kinds/experiment.js';
import { templatesNamed } from './analysis.js';
import type { KnownObjects } from './known-objects.js';
import { checkContainers, checkSelector } from './pods.js';

type Say = (path: PolicyProblem['path'], problem: string, remedy: string) => void;

/** Everything that keeps an Experiment from being run, all at once, with place and remedy. */
export function checkExperiment(given: unknown, known: KnownObjects = {}): PolicyProblem[] {
  const { problems: found, object } = checkSchema(given, schemaOfArgoKind('Experiment') ?? {});
  if (!object) return found;
  // Its schema let it pass.
  const { spec, metadata } = object as unknown as Experiment;
  const problems = [...found];
  const say: Say = (path, problem, remedy) => void problems.push({ path: ['spec', ...path], problem, remedy });
  checkTimes(spec, say);
  if (spec.templates.length === 0) say(['templates'], 'an experiment runs at least one version.', 'Add one.');
  spec.templates.forEach((template, index) => {
    const wrong = checkContainers(template.template, ['spec', 'templates', index, 'template']);
    problems.push(...wrong);
    checkTemplate(spec, template, index, wrong.length === 0, say);
  });
  (spec.analyses ?? []).forEach(({ name, templateName, clusterScope }, index, all) => {
    const path = ['analyses', index];
    if (name === '') say([...path, 'name'], 'is missing.', 'Give it a name.');
    if (all.findIndex((each) => each.name === name) < index) say([...path, 'name'], `${name} stands there twice.`, 'Take another name.');
    const reference = { templateName, ...(clusterScope === undefined ? {} : { clusterScope }) };
    problems.push(...templatesNamed([reference], ['spec', ...path], metadata.namespace ?? 'default', known).problems.map((each) => ({ ...each, path: ['spec', ...path, 'templateName'] })));
  });
  return problems;
}

function checkTimes({ duration, progressDeadlineSeconds = 600, scaleDownDelaySeconds = 0 }: ExperimentSpec, say: Say): void {
  if (duration !== undefined && duration !== '' && !((goDuration(duration) ?? 0) > 0)) say(['duration'], `"${duration}" is no length of time.`, 'Write it as in 10m or 1h.');
  if (progressDeadlineSeconds < 0) say(['progressDeadlineSeconds'], `${progressDeadlineSeconds} is below 0.`, 'Write 0 or more.');
  if (scaleDownDelaySeconds < 0) say(['scaleDownDelaySeconds'], `${scaleDownDelaySeconds} is below 0.`, 'Write 0 or more.');
}

function checkTemplate({ templates, progressDeadlineSeconds = 600 }: ExperimentSpec, { name, replicas = 1, minReadySeconds = 0, selector, template, service }: ExperimentSpec['templates'][number], index: number, hasPods: boolean, say: Say): void {
  const path = ['templates', index];
  if (name === '') say([...path, 'name'], 'is missing.', 'Give it a name.');
  else if (templates.findIndex((each) => each.name === name) < index) say([...path, 'name'], `${name} stands there twice.`, 'Take another name.');
  if (replicas < 0) say([...path, 'replicas'], `${replicas} is below 0.`, 'Write 0 or more.');
  if (minReadySeconds > progressDeadlineSeconds) say([...path, 'minReadySeconds'], `${minReadySeconds} is above progressDeadlineSeconds, ${progressDeadlineSeconds}: it would always be late.`, `Write ${progressDeadlineSeconds} or less.`);
  const labels = hasPods ? (template.metadata?.labels ?? {}) : undefined;
  for (const { path: at, problem, remedy } of checkSelector(withoutHash(selector), [...path, 'selector'], labels, [...path, 'template', 'metadata', 'labels'])) say(at, problem, remedy);
  if (!hasPods) return;
  const isReachable = (template.spec?.containers ?? []).some(({ ports = [] }) => ports.length > 0);
  if (service && !isReachable) say([...path, 'service'], 'a Service needs ports, and no container names one.', 'Write ports under the container, or leave the Service out.');
}

/** Each template gets a hash of its own, in its selector as on its Pods. */
function withoutHash(selector: ExperimentSpec['templates'][number]['selector']): typeof selector {
  const { 'rollouts-pod-template-hash': _, ...matchLabels } = selector.matchLabels ?? {};
  return { ...selector, matchLabels };
}

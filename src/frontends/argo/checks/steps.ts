import type { PolicyProblem } from '../../../model/policy-problem.js';
import { stepKinds, type ExperimentStep, type RolloutStep, type StringMatch } from '../kinds/canary-steps.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { goDuration, pauseMilliseconds } from '../duration.js';
import { checkAnalysis, checkRunArguments } from './analysis.js';
import { weightProblems } from './experiment-weights.js';
import { lookUp, type KnownObjects, type Path } from './known-objects.js';

const PATH = ['spec', 'strategy', 'canary', 'steps'];

/** What speaks against the steps of a canary, all at once. */
export function checkSteps(canary: CanaryStrategy, namespace: string, known: KnownObjects): PolicyProblem[] {
  return (canary.steps ?? []).flatMap((step, index) => [...checkStep(step, canary, [...PATH, index], namespace, known), ...weightProblems(canary, index, [...PATH, index])]);
}

function checkStep(step: RolloutStep, canary: CanaryStrategy, path: Path, namespace: string, known: KnownObjects): PolicyProblem[] {
  const kinds = stepKinds.filter((kind) => step[kind] !== undefined);
  if (kinds.length !== 1) {
    return [{ path, problem: kinds.length === 0 ? 'does nothing.' : `does several things at once: ${kinds.join(', ')}.`, remedy: kinds.length === 0 ? `A step is one of ${stepKinds.join(', ')}; write a pause without end as pause: {}.` : 'Write a step for each.' }];
  }
  const problems: PolicyProblem[] = [];
  const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, ...at], problem, remedy });
  const routing = canary.trafficRouting;
  const most = routing?.maxTrafficWeight ?? 100;
  if (step.setWeight !== undefined && (step.setWeight < 0 || step.setWeight > most)) say(['setWeight'], `${step.setWeight} is not from 0 to ${most}.`, `Write 0 to ${most}.`);
  if (step.pause?.duration !== undefined) {
    const milliseconds = pauseMilliseconds(step.pause.duration);
    if (milliseconds === undefined || milliseconds < 0) say(['pause', 'duration'], `${JSON.stringify(step.pause.duration)} is no length of time.`, 'Write seconds, or as in 10s, 5m, 1h.');
  }
  if (step.setCanaryScale) {
    const { replicas, weight, matchTrafficWeight } = step.setCanaryScale;
    if (!routing) say(['setCanaryScale'], 'without trafficRouting the weight is the number of Pods.', 'Leave it out, or set trafficRouting.');
    if ([replicas, weight, matchTrafficWeight || undefined].filter((each) => each !== undefined).length !== 1) say(['setCanaryScale'], 'must say one of replicas, weight and matchTrafficWeight.', 'Write one of them.');
    if ((replicas ?? 0) < 0) say(['setCanaryScale', 'replicas'], `${replicas} is below 0.`, 'Write 0 or more.');
    if ((weight ?? 0) < 0 || (weight ?? 0) > 100) say(['setCanaryScale', 'weight'], `${weight} is not from 0 to 100.`, 'Write 0 to 100.');
  }
  if (step.setHeaderRoute) problems.push(...routeProblems('setHeaderRoute', step.setHeaderRoute.name, canary, path), ...headerProblems(step.setHeaderRoute, [...path, 'setHeaderRoute']));
  if (step.setMirrorRoute) problems.push(...routeProblems('setMirrorRoute', step.setMirrorRoute.name, canary, path), ...mirrorProblems(step.setMirrorRoute, [...path, 'setMirrorRoute']));
  if (step.plugin) say(['plugin'], `plugin ${step.plugin.name} cannot be run: plugins are programs for another controller.`, 'Write an analysis with a Job or a web request in its place.');
  if (step.analysis) problems.push(...checkAnalysis(step.analysis, { path: [...path, 'analysis'], ends: true, namespace }, known));
  if (step.experiment) problems.push(...experimentProblems(step.experiment, [...path, 'experiment'], namespace, known));
  return problems;
}

function routeProblems(kind: 'setHeaderRoute' | 'setMirrorRoute', name: string, { trafficRouting }: CanaryStrategy, path: Path): PolicyProblem[] {
  if (!trafficRouting?.istio) return [{ path: [...path, kind], problem: `needs Istio: ${trafficRouting ? 'the routing product that is named' : 'Pod count'} has no routes of this kind.`, remedy: 'Leave it out, or set trafficRouting.istio.' }];
  const others = (['nginx', 'plugins'] as const).filter((field) => trafficRouting[field] !== undefined);
  if (others.length > 0) return [{ path: [...path, kind], problem: `stands beside ${others.join(' and ')}, where requests could not be told apart in the same way.`, remedy: 'Leave it out, or let Istio alone split the traffic.' }];
  const managed = (trafficRouting.managedRoutes ?? []).map((route) => route.name);
  if (managed.includes(name)) return [];
  return [{ path: [...path, kind, 'name'], problem: `route ${name} is not among managedRoutes.`, remedy: managed.length > 0 ? `There ${managed.length === 1 ? 'is' : 'are'} ${managed.join(', ')}.` : 'Add it to trafficRouting.managedRoutes.' }];
}

function headerProblems({ match = [] }: NonNullable<RolloutStep['setHeaderRoute']>, path: Path): PolicyProblem[] {
  return match.flatMap(({ headerName, headerValue }, index) => [
    ...(headerName === '' ? [{ path: [...path, 'match', index, 'headerName'], problem: 'is empty.', remedy: 'Name the header.' }] : []),
    ...textProblems(headerValue, [...path, 'match', index, 'headerValue'], true),
  ]);
}

function mirrorProblems({ match = [], percentage = 100 }: NonNullable<RolloutStep['setMirrorRoute']>, path: Path): PolicyProblem[] {
  return [
    ...match.flatMap(({ method, path: way, headers = {} }, index) => [
      ...textProblems(method, [...path, 'match', index, 'method'], false),
      ...textProblems(way, [...path, 'match', index, 'path'], false),
      ...Object.entries(headers).flatMap(([name, value]) => textProblems(value, [...path, 'match', index, 'headers', name], true)),
    ]),
    ...(percentage < 0 || percentage > 100 ? [{ path: [...path, 'percentage'], problem: `${percentage} is not from 0 to 100.`, remedy: 'Write 0 to 100.' }] : []),
  ];
}

function textProblems(match: StringMatch | undefined, path: Path, needed: boolean): PolicyProblem[] {
  if (!match) return needed ? [{ path, problem: 'is missing.', remedy: 'Write exact, prefix or regex below it.' }] : [];
  const given = [match.exact, match.prefix, match.regex].filter((each) => each !== undefined && each !== '');
  return given.length === 1 ? [] : [{ path, problem: given.length === 0 ? 'says no value.' : 'says several values.', remedy: 'Write exactly one of exact, prefix and regex.' }];
}

function experimentProblems({ templates, duration, analyses = [] }: ExperimentStep, path: Path, namespace: string, known: KnownObjects): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (at: Path, problem: string, remedy: string): void => void problems.push({ path: [...path, ...at], problem, remedy });
  if (templates.length === 0) say(['templates'], 'an experiment runs at least one version.', 'Add one.');
  if (duration === undefined && analyses.every(({ requiredForCompletion }) => !requiredForCompletion)) {
    problems.push({ path: [...path, 'duration'], problem: 'nothing but a person ends this experiment.', remedy: 'Write a duration, or requiredForCompletion at an analysis.', severity: 'warning' });
  }
  if (duration !== undefined && !((goDuration(duration) ?? 0) > 0)) say(['duration'], `"${duration}" is no length of time.`, 'Write it as in 10m or 1h.');
  const names = templates.map(({ name }) => name);
  templates.forEach(({ name, replicas }, index) => {
    if (names.indexOf(name) < index) say(['templates', index, 'name'], `${name} stands there twice.`, 'Take another name.');
    if ((replicas ?? 1) < 0) say(['templates', index, 'replicas'], `${replicas} is below 0.`, 'Write 0 or more.');
  });
  analyses.forEach(({ name, templateName, clusterScope, args = [] }, index) => {
    if (analyses.findIndex((each) => each.name === name) < index) say(['analyses', index, 'name'], `${name} stands there twice.`, 'Take another name.');
    const at = [...path, 'analyses', index];
    problems.push(
      ...(clusterScope ? lookUp(known.clusterAnalysisTemplates, 'ClusterAnalysisTemplate', templateName, undefined, [...at, 'templateName']) : lookUp(known.analysisTemplates, 'AnalysisTemplate', templateName, namespace, [...at, 'templateName'])).problems,
      ...checkRunArguments(args, [...at, 'args']),
    );
  });
  return problems;
}

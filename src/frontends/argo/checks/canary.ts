import type { PolicyProblem } from '../../../model/policy-problem.js';
import type { Rollout } from '../kinds/rollout.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { checkAnalysis } from './analysis.js';
import { checkAntiAffinity } from './anti-affinity.js';
import type { KnownObjects } from './known-objects.js';
import { checkMetadataOfRoles } from './metadata-of-roles.js';
import { checkRouting } from './routing.js';
import { checkService } from './services.js';
import { checkSteps } from './steps.js';

const PATH = ['spec', 'strategy', 'canary'];

/** What speaks against a canary strategy, all at once. */
export function checkCanaryStrategy(rollout: Rollout, canary: CanaryStrategy, known: KnownObjects): PolicyProblem[] {
  const namespace = rollout.metadata.namespace ?? 'default';
  return [
    ...sizeProblems(canary),
    ...serviceProblems(canary),
    ...onlyWithRouting(canary),
    ...pingPongProblems(canary),
    ...checkAntiAffinity(canary.antiAffinity, [...PATH, 'antiAffinity']),
    ...checkRouting(rollout, canary, known),
    ...(['canaryService', 'stableService'] as const).flatMap((field) => checkService(rollout, canary[field], [...PATH, field], known)),
    ...(['pingService', 'pongService'] as const).flatMap((field) => checkService(rollout, canary.pingPong?.[field], [...PATH, 'pingPong', field], known)),
    ...countProblems(canary),
    ...checkSteps(canary, namespace, known),
    ...checkAnalysis(canary.analysis, { path: [...PATH, 'analysis'], ends: false, namespace }, known),
    ...startingProblems(canary),
    ...checkMetadataOfRoles(rollout, canary, ['canaryMetadata', 'stableMetadata'], PATH),
  ];
}

function sizeProblems(canary: CanaryStrategy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const amounts = (['maxSurge', 'maxUnavailable'] as const).map((field) => {
    const value = canary[field] ?? '25%';
    if (isAmount(value)) return parseInt(String(value), 10);
    problems.push({ path: [...PATH, field], problem: `${JSON.stringify(value)} is neither a number of Pods nor a part of them.`, remedy: 'Write it as in 2 or 25%.' });
    return 1;
  });
  if (amounts.every((amount) => amount === 0)) problems.push({ path: [...PATH, 'maxSurge'], problem: 'with neither surge nor missing Pods nothing can move.', remedy: 'Allow at least 1 in maxSurge or maxUnavailable.' });
  for (const field of ['minPodsPerReplicaSet', 'scaleDownDelaySeconds', 'scaleDownDelayRevisionLimit', 'abortScaleDownDelaySeconds'] as const) {
    if ((canary[field] ?? 0) < 0) problems.push({ path: [...PATH, field], problem: `${canary[field]} is below 0.`, remedy: 'Write 0 or more.' });
  }
  const { type, value = 1 } = canary.replicaProgressThreshold ?? {};
  if (value < 1 || (type === 'Percent' && value > 100)) problems.push({ path: [...PATH, 'replicaProgressThreshold', 'value'], problem: `${value} Pods can never be what a step waits for.`, remedy: type === 'Percent' ? 'Write 1 to 100.' : 'Write 1 or more.' });
  return problems;
}

const isAmount = (value: number | string): boolean => (typeof value === 'number' ? Number.isInteger(value) && value >= 0 : /^\d+%?$/.test(value));

function serviceProblems({ canaryService = '', stableService = '', trafficRouting, pingPong }: CanaryStrategy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (canaryService !== '' && canaryService === stableService) problems.push({ path: [...PATH, 'canaryService'], problem: `${canaryService} is the stable Service as well, so nothing could tell the versions apart.`, remedy: 'Name another Service.' });
  const bySubsets = trafficRouting?.istio?.destinationRule !== undefined && !trafficRouting.nginx && !trafficRouting.plugins;
  if (!trafficRouting || pingPong || (bySubsets && (canaryService === '') === (stableService === ''))) return problems;
  for (const [field, name] of [['canaryService', canaryService], ['stableService', stableService]] as const) {
    if (name === '') problems.push({ path: [...PATH, field], problem: 'is missing: traffic is split between two Services.', remedy: 'Name the Service.' });
  }
  return problems;
}

function onlyWithRouting({ trafficRouting, scaleDownDelaySeconds, dynamicStableScale, minPodsPerReplicaSet }: CanaryStrategy): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const say = (field: string, problem: string, remedy: string): void => void problems.push({ path: [...PATH, field], problem, remedy });
  const remedy = 'Leave it out, or set trafficRouting.';
  if (trafficRouting) {
    if (dynamicStableScale && scaleDownDelaySeconds !== undefined) say('dynamicStableScale', 'stable cannot both shrink and be kept for scaleDownDelaySeconds.', 'Leave one of the two out.');
    return problems;
  }
  if (scaleDownDelaySeconds !== undefined) say('scaleDownDelaySeconds', 'without trafficRouting Pods of both versions share the traffic, so old ones cannot be kept apart from it.', remedy);
  if (dynamicStableScale) say('dynamicStableScale', 'without trafficRouting stable always shrinks as the canary grows.', remedy);
  if (minPodsPerReplicaSet !== undefined) say('minPodsPerReplicaSet', 'without trafficRouting the weight is the number of Pods.', remedy);
  return problems;
}

/** Services that take turns: by which product, and that nothing else tells versions apart. */
function pingPongProblems({ pingPong, stableService = '', canaryService = '', trafficRouting }: CanaryStrategy): PolicyProblem[] {
  if (!pingPong) return [];
  const problems: PolicyProblem[] = [];
  const say = (path: readonly string[], problem: string, remedy: string): void => void problems.push({ path: [...PATH, ...path], problem, remedy });
  const { pingService, pongService } = pingPong;
  for (const field of ['pingService', 'pongService'] as const) if (pingPong[field] === '') say(['pingPong', field], 'is missing: two Services take turns.', 'Name the Service.');
  if (pingService !== '' && pingService === pongService) say(['pingPong', 'pongService'], `${pongService} is pingService as well, so nothing could tell the versions apart.`, 'Name another Service.');
  const others = Object.entries({ stableService, canaryService }).flatMap(([field, name]) => (name === '' ? [] : [field]));
  if (others.length > 0) say(['pingPong'], `stands beside ${others.join(' and ')}, which never change roles.`, `Leave out pingPong, or ${others.join(' and ')}.`);
  const beside = (['nginx', 'plugins'] as const).filter((field) => trafficRouting?.[field] !== undefined);
  if (!trafficRouting?.istio) say(['pingPong'], 'needs Istio: by nothing else can two Services take turns.', 'Write stableService and canaryService in place of it, or set trafficRouting.istio.');
  else if (beside.length > 0) say(['pingPong'], `stands beside ${beside.join(' and ')}, where Services cannot take turns.`, 'Write stableService and canaryService in place of it, or let Istio alone split the traffic.');
  if (trafficRouting?.istio?.destinationRule) say(['pingPong'], 'stands beside a destinationRule: subsets of one Service tell versions apart, and have no turns to take.', 'Leave out one of the two.');
  return problems;
}

/** How many steps a release can have. */
const MOST_STEPS = 50;

function countProblems({ steps = [] }: CanaryStrategy): PolicyProblem[] {
  return steps.length <= MOST_STEPS ? [] : [{ path: [...PATH, 'steps'], problem: `there are ${steps.length} steps.`, remedy: `Write at most ${MOST_STEPS}.` }];
}

function startingProblems({ analysis, steps = [] }: CanaryStrategy): PolicyProblem[] {
  const { startingStep } = analysis ?? {};
  if (startingStep === undefined || (startingStep >= 0 && startingStep <= steps.length)) return [];
  return [{ path: [...PATH, 'analysis', 'startingStep'], problem: `there is no step ${startingStep}: the analysis would never begin.`, remedy: `Write 0 to ${Math.max(0, steps.length - 1)}.` }];
}

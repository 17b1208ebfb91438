import { deepEqual } from '../../model/json.js';
import type { Plan, PlanStep } from '../../model/plan.js';
import { allowances, nearestPodCounts } from '../../model/sizing.js';
import { WHOLE } from '../../model/split.js';
import { asksWhereUndecided, leavesAnalysisByItsRule } from './analysis-rules.js';
import { agreed } from './consent-rules.js';
import { claim } from './scenario.js';
import { stepAt } from './others.js';
import type { Asked, World } from './world.js';

/** The step that a pass went on from, with its index; undefined when it stayed. */
function passed(asked: Asked | undefined): { readonly asked: Asked; readonly index: number } | undefined {
  const index = asked?.release.status?.step.index ?? 0;
  return asked && asked.decision.status.step.index > index && asked.release.status?.phase === 'Progressing' ? { asked, index } : undefined;
}

/** A step is behind only when what it asks for stood, and what it waits for came. */
export function leavesByTheStepsOwnRule(world: World): void {
  const left = passed(world.asked);
  if (!left) return;
  const { asked: { release, observation, now }, index } = left;
  const step = stepAt(release, index);
  const { status, spec } = release;
  const told = (spec.advanceTo ?? 0) > index;
  const inStep = now - Date.parse(status?.step.startedAt ?? '');
  claim(spec.paused !== true, 'went on while a person had paused it');
  trafficStands(left.asked, index);
  if (step?.kind === 'pause') claim(told || inStep >= (step.milliseconds ?? Number.POSITIVE_INFINITY), 'a pause was cut short');
  if (step?.kind === 'analyze') {
    leavesAnalysisByItsRule(left.asked, step, { told, inStep });
  }
  if (step?.kind === 'job') claim(observation.job?.state === 'succeeded', 'went past a Job that had not succeeded');
  if (step?.kind === 'gate') claim(observation.gate?.state === 'open', 'went past a gate that was not open');
}

/** Nobody passes an approval but with the words of enough people who may give it; being told to go on does not count. */
export function leavesApprovalsWithConsent(world: World): void {
  const left = passed(world.asked);
  const step = left && stepAt(left.asked.release, left.index);
  if (left && step?.kind === 'analyze') asksWhereUndecided(left.asked, step, left.index);
  // What people say of a step that is passed already comes too late.
  if (left && step?.kind === 'approve') agreed(left.asked, world, step, left.index);
}

/** Whether what the plan asks for up to this step was on record and in force, with the Pods for it. */
function trafficStands({ release, observation, decision }: Asked, index: number): void {
  const { intent } = release.status ?? {};
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const until = plan.steps.slice(0, index + 1);
  const last = (kind: string) => until.findLast((step) => step.kind === kind);
  const { pods, share: ofBatch } = pointsOf(until, replicas).at(-1) ?? { pods: 0, share: 0 };
  const counts = plan.sizing === 'batch' ? countsOf(release.spec.plan, until, replicas) : undefined;
  const share = counts?.share ?? (plan.sizing === 'batch' ? ofBatch : (last('weight')?.share ?? 0));
  // Where stable has no ready Pods the canary has everything.
  const alone = (observation.replicaSets.stable?.ready ?? 0) === 0 && (observation.replicaSets.canary?.ready ?? 0) > 0;
  claim(intent?.routing === 'split' && intent.share === (alone ? WHOLE : share) && observation.routing.reached, `went on from step ${index + 1} before its share was in force`);
  const { stable, canary } = observation.replicaSets;
  const enough = (asked: number): number => Math.min(asked, plan.readyThreshold?.pods ?? Math.ceil((asked * (plan.readyThreshold?.part ?? WHOLE)) / WHOLE));
  if (plan.sizing === 'batch') claim((canary?.ready ?? 0) >= enough(counts?.canary ?? pods) && (stable?.pods ?? 0) <= Math.max(counts?.stable ?? replicas - pods, 1), 'went on before the batch had taken the place of stable Pods');
  else claim((canary?.ready ?? 0) >= enough(decision.status.intent.sizes.canary ?? 0), 'went on before all Pods were ready');
  if (share === WHOLE || plan.countsPods === true || (plan.sizing === 'batch' && !counts) || (canary?.ready ?? 0) === 0) return;
  claim(deepEqual(intent?.matches ?? [], last('route')?.matches ?? []), 'went on before its matches were in force');
  claim((intent?.mirror ?? 0) === (last('mirror')?.share ?? 0), 'went on before its mirror was in force');
  claim(deepEqual(intent?.mirrors ?? [], last('mirror')?.mirrors ?? []), 'went on before some requests were mirrored');
  claim((intent?.preview ?? false) === (plan.preview !== undefined), 'went on before the preview was there');
}

/** How far each batch goes, in Pods and in share, which only rises where any batch says its own. */
export function pointsOf(steps: readonly PlanStep[], replicas: number): { readonly pods: number; readonly share: number }[] {
  const rising = steps.some(({ kind, share }) => kind === 'batch' && share !== undefined);
  let least = 0;
  return steps.flatMap((step) => {
    if (step.kind !== 'batch') return [];
    const pods = Math.min(replicas, step.pods ?? Math.ceil((replicas * (step.part ?? 0)) / WHOLE));
    const share = Math.max(least, step.share ?? (replicas === 0 ? 0 : Math.round((WHOLE * pods) / replicas)));
    if (rising) least = share;
    return [{ pods, share }];
  });
}

/** How many Pods each version is to have at the last of these steps, where weights move Pods in place; undefined where none do. */
export function countsOf(plan: Pick<Plan, 'countsPods' | 'surge' | 'unavailable' | 'minimumPods'>, steps: readonly PlanStep[], replicas: number): { readonly canary: number; readonly stable: number; readonly share: number } | undefined {
  if (!steps.some(({ kind }) => kind === 'weight' || kind === 'scale')) return undefined;
  const share = steps.findLast(({ kind }) => kind === 'weight')?.share ?? 0;
  if (plan.countsPods) {
    const { canary, stable } = nearestPodCounts(share, replicas, allowances(plan, replicas).surge > 0);
    return { canary, stable, share: canary + stable === 0 ? 0 : Math.round((WHOLE * canary) / (canary + stable)) };
  }
  const least = Math.min(replicas, plan.minimumPods ?? 0);
  const carrying = (part: number): number => (part === 0 ? 0 : Math.max(least, Math.ceil((replicas * part) / WHOLE)));
  const scale = steps.findLast(({ kind }) => kind === 'scale');
  const said = scale && (scale.pods ?? (scale.part === undefined ? undefined : Math.ceil((replicas * scale.part) / WHOLE)));
  return { canary: said === undefined ? carrying(share) : Math.max(said, share > 0 ? 1 : 0), stable: carrying(WHOLE - share), share };
}

/** Each Job runs at most once, each gate is asked with one key. */
export function asksOnce({ others: { runs, keys } }: World): void {
  for (const [name, count] of runs) claim(count <= 1, `Job ${name} was set off ${count} times`);
  for (const [index, used] of keys) claim(used.size === 1, `the gate of step ${index + 1} was asked with ${used.size} keys`);
}

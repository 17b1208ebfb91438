import { deepEqual } from '../../model/json.js';
import { WHOLE } from '../../model/split.js';
import { asksWhereUndecided, leavesAnalysisByItsRule } from './analysis-rules.js';
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
  if (step?.kind !== 'approve') return;
  const said = world.others.approvals.filter((approval) => approval.step === left?.index && (step.users.includes(approval.user) || approval.groups.some((group) => step.groups.includes(group))));
  const given = new Set(said.filter(({ approved }) => approved).map(({ user }) => user));
  claim(given.size >= step.approvals, `passed with ${given.size} of ${step.approvals} approvals`);
  claim(said.every(({ approved }) => approved), 'passed although someone had refused');
}

/** Whether what the plan asks for up to this step was on record and in force, with the Pods for it. */
function trafficStands({ release, observation, decision }: Asked, index: number): void {
  const { intent } = release.status ?? {};
  const { plan } = release.spec;
  const replicas = observation.workload?.replicas ?? 0;
  const until = plan.steps.slice(0, index + 1);
  const last = (kind: string) => until.findLast((step) => step.kind === kind);
  const batch = last('batch');
  const pods = Math.min(replicas, Math.ceil((replicas * (batch?.part ?? 0)) / WHOLE));
  const share = plan.sizing === 'batch' ? Math.round((WHOLE * pods) / replicas) : (last('weight')?.share ?? 0);
  claim(intent?.routing === 'split' && intent.share === share && observation.routing.reached, `went on from step ${index + 1} before its share was in force`);
  const { stable, canary } = observation.replicaSets;
  if (plan.sizing === 'batch') claim((canary?.ready ?? 0) >= pods && (stable?.pods ?? 0) <= Math.max(replicas - pods, 1), 'went on before the batch had taken the place of stable Pods');
  else claim((canary?.ready ?? 0) >= (decision.status.intent.sizes.canary ?? 0), 'went on before all Pods were ready');
  if (share === WHOLE || plan.sizing === 'batch' || (canary?.ready ?? 0) === 0) return;
  claim(deepEqual(intent?.matches ?? [], last('route')?.matches ?? []), 'went on before its matches were in force');
  claim((intent?.mirror ?? 0) === (last('mirror')?.share ?? 0), 'went on before its mirror was in force');
  claim((intent?.preview ?? false) === (plan.preview !== undefined), 'went on before the preview was there');
}

/** Each Job runs at most once, each gate is asked with one key. */
export function asksOnce({ others: { runs, keys } }: World): void {
  for (const [name, count] of runs) claim(count <= 1, `Job ${name} was set off ${count} times`);
  for (const [index, used] of keys) claim(used.size === 1, `the gate of step ${index + 1} was asked with ${used.size} keys`);
}

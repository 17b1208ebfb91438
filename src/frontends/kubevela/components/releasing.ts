import { deepEqual } from '../../../kubernetes/json.js';
import type { PlanStep } from '../../../model/plan.js';
import type { Release } from '../../../model/release.js';
import type { Command } from '../steps/step.js';
import { timeOf } from '../workflow/durations.js';
import type { ReleasedComponent } from './facts.js';
import { readinessOf } from './readiness.js';
import type { CanaryRollout } from './rollouts.js';

/** Where a component is to get to. */
export interface Goal {
  /** The revision that is to run. */
  readonly want: string;
  /** The release that leads there. */
  readonly rollouts: readonly CanaryRollout[];
  /** How far of it; to its end when absent. */
  readonly upTo: number | undefined;
  /** Whether a release that is under way may also have other batches or shares. */
  readonly anyPlan: boolean;
  /** Since when it is asked for: a release that ended before is none of its. Milliseconds since the epoch. */
  readonly since: number;
}

/** How far a component is on its way to a goal. */
export interface Progress {
  readonly state: 'waits' | 'reached' | 'failed';
  readonly message: string;
  readonly commands: readonly Command[];
}

const waits = (message: string, commands: readonly Command[] = []): Progress => ({ state: 'waits', message, commands });
const reached = (message: string): Progress => ({ state: 'reached', message, commands: [] });

/** How far a released component is, and what its release is to be told. */
export function progressTo(facts: ReleasedComponent, goal: Goal): Progress {
  const { want } = goal;
  const { moving, stable, policy } = facts;
  const lost = lostRelease(facts, goal);
  if (lost) return { state: 'failed', message: `${lost.metadata.name ?? want} was taken back: ${lost.status?.message ?? lost.status?.abortReason ?? ''}`, commands: [] };
  if (policy === undefined) return waits(`Puts ${want} on the cluster.`);
  if (policy.spec.workload.versions?.want !== want) return waits(`Asks for ${want}.`);
  if (moving !== undefined) return moving.spec.canary.replicaSet === want ? alongRelease(moving, goal) : waits(`Waits for ${nameOf(moving)} to be taken back.`);
  if (stable !== want) return waits(policy.status?.message ?? `Waits for the release of ${want}.`);
  return atRest(facts, want);
}

/** Where a rollback leads to: a release under way is taken back; none, and the version is there already, there is nothing to do. */
export function progressBackTo(facts: ReleasedComponent, goal: Goal): Progress {
  const { moving, stable } = facts;
  if (moving !== undefined && moving.spec.canary.replicaSet !== goal.want && stable === goal.want) {
    return waits(`Takes ${nameOf(moving)} back.`, moving.spec.abort === true ? [] : [{ release: nameOf(moving), spec: { abort: true } }]);
  }
  return progressTo(facts, goal);
}

function atRest({ policy, rendered, deployments }: ReleasedComponent, want: string): Progress {
  const { ready, message } = readinessOf(deployments.get(want), { revision: want, size: rendered.rollout.targetSize });
  const seen = (policy?.status?.observedGeneration ?? 0) >= (policy?.metadata.generation ?? 0);
  if (ready && seen && policy?.status?.phase === 'Resting') return reached(`${want} runs. ${message}`);
  return waits(ready ? (policy?.status?.message ?? message) : message);
}

function alongRelease(release: Release, goal: Goal): Progress {
  const { phase = 'Preparing', message = `Release ${nameOf(release)} begins.` } = release.status ?? {};
  if (phase === 'Aborting' || phase === 'LettingGo') return waits(message);
  if (!leadsTo(release, goal)) {
    return waits(`${nameOf(release)} goes out in other steps; it is taken back and begins anew.`, release.spec.abort === true ? [] : [{ release: nameOf(release), spec: { abort: true } }]);
  }
  if (standsAt(release, goal)) return reached(standing(goal));
  const target = goal.upTo === undefined ? endOf(release) : batchPlace(release, goal.upTo);
  const told = release.spec.advanceTo ?? 0;
  const behind = (release.status?.step.index ?? 0) < target && told < target;
  return waits(message, behind && holdsBefore(release, target) ? [{ release: nameOf(release), spec: { advanceTo: target } }] : []);
}

/** What a version has where its release stands. */
function standing({ want, rollouts, upTo }: Goal): string {
  const { pods, weight } = rollouts[upTo ?? 0] ?? {};
  return `${want} has ${pods ?? 'its'} Pod${pods === 1 ? '' : 's'}${weight === undefined ? '' : ` and ${weight} % of the requests`}.`;
}

/** Whether a release has done all that is asked for by now and waits, or is beyond it. */
export function standsAt(release: Release, { upTo }: Pick<Goal, 'upTo'>): boolean {
  const { phase, step } = release.status ?? {};
  if (upTo === undefined || step === undefined) return false;
  return (phase === 'Progressing' || phase === 'Promoting' || phase === 'HandingOver') && step.index > batchPlace(release, upTo);
}

/** Where in the plan of a release its batch of this number stands. */
export function batchPlace({ spec: { plan } }: Release, number: number): number {
  const places = plan.steps.flatMap(({ kind }, index) => (kind === 'batch' ? [index] : []));
  return places[number] ?? plan.steps.length - 1;
}

/** The last batch: everything before it is passed. */
const endOf = ({ spec: { plan } }: Release): number => plan.steps.length - 1;

/** Whether there is a pause on the way that nobody would end otherwise. */
function holdsBefore({ spec: { plan }, status }: Release, target: number): boolean {
  return plan.steps.slice(status?.step.index ?? 0, target).some(({ kind, milliseconds }) => kind === 'pause' && milliseconds === undefined);
}

/** Whether a release goes out as it is asked for. A hotfix leaves out what others wait for. */
function leadsTo({ spec: { plan, hotfix } }: Release, { rollouts, anyPlan }: Pick<Goal, 'rollouts' | 'anyPlan'>): boolean {
  return anyPlan || hotfix !== undefined || deepEqual(plan.steps.filter(({ kind }) => kind === 'batch' || kind === 'pause').map(shapeOf), rollouts.flatMap(planned));
}

const shapeOf = ({ kind, pods, share }: PlanStep): unknown => (kind === 'batch' ? { kind, pods, ...(share === undefined ? {} : { share }) } : { kind });

const planned = ({ pods, weight, pause }: CanaryRollout): unknown[] => [
  { kind: 'batch', pods, ...(weight === undefined ? {} : { share: weight * 10 }) },
  ...(pause ? [{ kind: 'pause' }] : []),
];

/** The release that led to a goal and was taken back since it is asked for. */
export function lostRelease({ releases, moving, stable }: ReleasedComponent, goal: Goal): Release | undefined {
  const last = releases.at(-1);
  if (last === undefined || moving !== undefined || stable === goal.want || last.spec.canary.replicaSet !== goal.want) return undefined;
  return last.status?.phase === 'Aborted' && isSince(last, goal.since) && leadsTo(last, goal) ? last : undefined;
}

/** Whether a release ended after a time, which is known to the second; or began since, and may have ended within that second. */
function isSince({ status, metadata }: Release, since: number): boolean {
  const ended = timeOf(status?.endedAt) ?? 0;
  const began = timeOf(status?.startedAt ?? metadata.creationTimestamp) ?? 0;
  return ended >= since + 1000 || began >= since;
}

/** The release whose verdict stands in the way of trying the same version again, where that is what is asked for. */
export function retried(facts: ReleasedComponent, goal: Goal): string | undefined {
  const { rejected } = facts.policy?.status ?? {};
  if (rejected?.replicaSet !== goal.want || lostRelease(facts, goal) !== undefined || facts.moving !== undefined) return undefined;
  return rejected.release;
}

const nameOf = ({ metadata }: Release): string => metadata.name ?? '';

import { timestamp } from '../../../kubernetes/conditions.js';
import type { Experiment, ExperimentStatus } from '../kinds/experiment.js';
import { endsAt } from './ended.js';

type Conditions = NonNullable<ExperimentStatus['conditions']>;
type Condition = Conditions[number];

/** Conditions by which Argo's tools tell how an Experiment goes. */
export const PROGRESSING = 'Progressing';
export const INVALID = 'InvalidSpec';

/** The conditions of an Experiment whose spec makes sense, with its new status. @param now milliseconds since the epoch */
export function conditionsOf(experiment: Experiment, status: ExperimentStatus, now: number): Conditions {
  const before = (experiment.status?.conditions ?? []).filter(({ type }) => type !== INVALID);
  const { name } = experiment.metadata;
  const say = (state: string, reason: string, message: string, renewed = false): Conditions => withCondition(before, { type: PROGRESSING, status: state, reason, message }, now, renewed);
  if (status.phase === 'Successful') return say('False', 'ExperimentCompleted', `Experiment "${name}" has successfully ran and completed.`);
  if (hasProgressed(experiment.status ?? {}, status)) return say('True', 'ReplicaSetUpdated', `Experiment "${name}" is progressing.`, true);
  const end = endsAt(experiment);
  const isRunning = experiment.status?.availableAt !== undefined && (end === undefined || now < end);
  return isRunning ? say('True', 'NewReplicaSetAvailable', `Experiment "${name}" is running.`) : [...before];
}

/** The condition that says what is wrong with the spec. */
export const invalid = (experiment: Experiment, message: string, now: number): Conditions => {
  const before = experiment.status?.conditions ?? [];
  const isKnown = before.some((each) => each.type === INVALID && each.message === message);
  return isKnown ? [...before] : withCondition(before.filter(({ type }) => type !== INVALID), { type: INVALID, status: 'True', reason: INVALID, message }, now, true);
};

/** Argo's rule: a condition with the same status and reason stays as it is, unless it is renewed. */
function withCondition(before: Conditions, condition: Condition, now: number, renewed: boolean): Conditions {
  const found = before.find(({ type }) => type === condition.type);
  if (found && found.status === condition.status && found.reason === condition.reason && !renewed) return [...before];
  const at = timestamp(now);
  const since = found?.status === condition.status ? (found.lastTransitionTime ?? at) : at;
  return [...before.filter((each) => each !== found), { ...condition, lastUpdateTime: at, lastTransitionTime: since }];
}

/** Whether Pods have come or gone, or become ready or available. */
function hasProgressed({ templateStatuses: before = [] }: ExperimentStatus, { templateStatuses: after = [] }: ExperimentStatus): boolean {
  if (before.length < after.length) return true;
  return before.some((old) => {
    const now = after.find(({ name }) => name === old.name);
    return now !== undefined && (['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).some((field) => old[field] !== now[field]);
  });
}

import type { Job, PodFailurePolicyRule } from '../../../kubernetes/generated/batch-v1.js';
import type { ContainerStatus, Pod } from '../../../kubernetes/generated/core-v1.js';
import { isFailure } from './job-pods.js';

/** What a Job's `podFailurePolicy` says of a failed Pod. */
export interface FailureJudgement {
  readonly action: string;
  /** What the Job's end says when the action is FailJob. */
  readonly message: string;
}

/** The first rule that fits; undefined where none does: then the Pod counts as failed. */
function judgeFailure({ spec }: Job, pod: Pod): FailureJudgement | undefined {
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const cause = causeOf(rule, pod);
    if (cause !== undefined) return { action: rule.action, message: `${cause} matching ${rule.action} rule at index ${index}` };
  }
  return undefined;
}

/** Whether a failed Pod counts against the back-off limit. */
export function countsAsFailed(job: Job, pod: Pod): boolean {
  return judgeFailure(job, pod)?.action !== 'Ignore';
}

/** Why the Job is to fail at once; undefined while no Pod's end says so. */
export function fatalFailure(job: Job, pods: readonly Pod[]): string | undefined {
  if (job.spec.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const judgement = isFailure(pod, job) ? judgeFailure(job, pod) : undefined;
    if (judgement?.action === 'FailJob') return judgement.message;
  }
  return undefined;
}

function causeOf({ onExitCodes, onPodConditions = [] }: PodFailurePolicyRule, { metadata, status }: Pod): string | undefined {
  const name = `${metadata.namespace ?? ''}/${metadata.name}`;
  if (onExitCodes !== undefined) {
    const { containerName, operator, values } = onExitCodes;
    const fits = (each: ContainerStatus): boolean => {
      const code = each.state?.terminated?.exitCode ?? 0;
      return code !== 0 && (containerName === undefined || containerName === each.name) && (operator === 'In') === values.includes(code);
    };
    const found = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find(fits);
    return found && `Container ${found.name} for pod ${name} failed with exit code ${found.state?.terminated?.exitCode ?? 0}`;
  }
  const condition = (status?.conditions ?? []).find(({ type, status: value }) => onPodConditions.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === value));
  return condition && `Pod ${name} has condition ${condition.type}`;
}

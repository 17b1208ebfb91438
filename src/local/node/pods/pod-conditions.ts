import type { ContainerStatus, Pod, PodCondition } from '../../../kubernetes/generated/core-v1.js';
import type { PodPhase } from './pod-phase.js';

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: PodPhase;
  readonly initial: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** Whether an address and folders have been given. */
  readonly prepared: boolean;
  /** The node ends, and the containers with it. */
  readonly nodeEnds: boolean;
  /** RFC 3339 */
  readonly now: string;
}

/** Conditions that the node speaks for; all others belong to someone else and are only read (readiness gates). */
export function podConditions(input: ConditionInput): PodCondition[] {
  const { pod, now } = input;
  const containersReady = terminal(input) ?? containerVerdict(input);
  const verdicts: Record<string, Verdict> = {
    PodReadyToStartContainers: input.prepared && input.phase !== 'Failed' && input.phase !== 'Succeeded' ? { status: 'True' } : { status: 'False' },
    Initialized: initialVerdict(input),
    Ready: readyVerdict(input, containersReady),
    ContainersReady: containersReady,
    PodScheduled: { status: 'True' },
  };
  return Object.entries(verdicts).map(([type, verdict]) => {
    const before = pod.status?.conditions?.find((condition) => condition.type === type);
    const { generation } = pod.metadata;
    return {
      type,
      ...verdict,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: before?.status === verdict.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : now,
    };
  });
}

function terminal({ phase }: ConditionInput): Verdict | undefined {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  return phase === 'Failed' ? { status: 'False', reason: 'PodFailed' } : undefined;
}

function containerVerdict({ pod, containers }: ConditionInput): Verdict {
  const unready = pod.spec.containers.map(({ name }) => name).filter((name) => containers.find((status) => status.name === name)?.ready !== true);
  if (unready.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function initialVerdict({ pod, phase, initial, containers }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (containers.some(({ state, lastState }) => (state?.running ?? state?.terminated ?? lastState?.terminated) !== undefined)) return { status: 'True' };
  const incomplete = (pod.spec.initContainers ?? []).map(({ name }) => name).filter((name) => initial.find((status) => status.name === name)?.ready !== true);
  if (incomplete.length === 0) return { status: 'True' };
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
}

function readyVerdict({ pod, nodeEnds }: ConditionInput, containersReady: Verdict): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  if (pod.metadata.deletionTimestamp !== undefined) return { status: 'False', reason: 'PodTerminating', message: 'the Pod is being deleted' };
  if (nodeEnds) return { status: 'False', reason: 'NodeShutdown', message: 'the node was stopped' };
  const open = (pod.spec.readinessGates ?? []).flatMap(({ conditionType }): string[] => {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType);
    if (condition === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return open.length === 0 ? { status: 'True' } : { status: 'False', reason: 'ReadinessGatesNotReady', message: open.join(', ') };
}

import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { podCondition } from '../pods/pod-state.js';
import type { PodSamples } from './metric-source.js';

/** A Pod this young may use much processor time only because it starts. */
const CPU_START_MS = 300_000;
/** A Pod that became unready within this time of its start was never ready. */
const FIRST_READINESS_MS = 30_000;

/** Pods by what their samples are worth. */
export interface PodGroups {
  /** How many count with their samples. */
  readonly ready: number;
  /** Not running, or too young to tell. */
  readonly unready: readonly Pod[];
  /** Running, and nobody measured them. */
  readonly missing: readonly Pod[];
  /** Going or failed. */
  readonly ignored: readonly Pod[];
}

/** @param cpu whether processor time is measured, which young Pods use more of. @param now milliseconds since the epoch */
export function groupPods(pods: readonly Pod[], samples: PodSamples, cpu: boolean, now: number): PodGroups {
  const groups = { ready: 0, unready: [] as Pod[], missing: [] as Pod[], ignored: [] as Pod[] };
  for (const pod of pods) {
    const phase = pod.status?.phase;
    const sample = samples.get(pod.metadata.name);
    if (pod.metadata.deletionTimestamp !== undefined || phase === 'Failed') groups.ignored.push(pod);
    else if (phase === 'Pending') groups.unready.push(pod);
    else if (sample === undefined) groups.missing.push(pod);
    else if (cpu && isTooYoung(pod, sample.at, sample.window, now)) groups.unready.push(pod);
    else groups.ready += 1;
  }
  return groups;
}

function isTooYoung(pod: Pod, measuredAt: number, window: number, now: number): boolean {
  const condition = podCondition(pod, 'Ready');
  const start = Date.parse(pod.status?.startTime ?? '');
  if (condition === undefined || Number.isNaN(start)) return true;
  const changed = Date.parse(condition.lastTransitionTime ?? '');
  if (start + CPU_START_MS > now) return condition.status === 'False' || measuredAt < changed + window;
  return condition.status === 'False' && start + FIRST_READINESS_MS > changed;
}

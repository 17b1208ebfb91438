import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isPodReady } from '../pods/pod-state.js';
import { milli, type PodSample, type PodSamples } from './metric-source.js';
import { groupPods } from './pod-groups.js';

const MOST = 2_147_483_647;

/** How far usage may be from its target, as a part of 1, before anything is scaled. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** What a calculation starts from. All values are in thousandths. */
export interface Observed {
  readonly samples: PodSamples;
  /** All Pods that the scale's selector matches, whichever controller they have. */
  readonly pods: readonly Pod[];
  /** What the target is to have now. */
  readonly current: number;
  readonly tolerances: Tolerances;
  /** Whether processor time is measured. */
  readonly cpu: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** How many replicas a value asks for, and what it comes to. */
export interface Proposal {
  readonly replicas: number;
  /** The average of the Pods that were counted. */
  readonly usage: number;
  /** Per cent of what is requested. */
  readonly utilization?: number;
}

const within = ({ down, up }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

interface Average {
  readonly ratio: number;
  readonly usage: number;
  readonly utilization?: number;
}

/** For an average per Pod. @throws Error when no Pod can be counted */
export function averageReplicas(observed: Observed, target: number): Proposal {
  const average = (samples: PodSamples): Average => {
    const usage = Math.trunc(sum(samples) / samples.size);
    return { ratio: usage / target, usage };
  };
  return propose(observed, average, () => target);
}

/** For a part of what Pods request. @param target per cent. @throws Error when no Pod can be counted, or one requests nothing */
export function utilizationReplicas(observed: Observed, requests: ReadonlyMap<string, number>, target: number): Proposal {
  const average = (samples: PodSamples): Average => {
    const counted = [...samples].filter(([name]) => requests.has(name));
    const requested = counted.reduce((total, [name]) => total + (requests.get(name) ?? 0), 0);
    if (requested === 0) throw new Error('no metrics returned matched known pods');
    const used = counted.reduce((total, [, { value }]) => total + value, 0);
    const utilization = Math.trunc((used * 100) / requested);
    return { ratio: utilization / target, usage: Math.trunc(used / counted.length), utilization };
  };
  return propose(observed, average, (name) => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target)) / 100));
}

/** Pods that were not measured must not make the change larger: they count as idle on the way up, as busy on the way down. */
function propose({ samples, pods, current, tolerances, cpu, now }: Observed, average: (samples: PodSamples) => Average, busy: (pod: string) => number): Proposal {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const { ready, unready, missing, ignored } = groupPods(pods, samples, cpu, now);
  const counted = new Map<string, PodSample>(samples);
  for (const { metadata } of [...ignored, ...unready]) counted.delete(metadata.name);
  if (counted.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const { ratio, ...rest } = average(counted);
  const upWithUnready = unready.length > 0 && ratio > 1;
  if (!upWithUnready && missing.length === 0) return { ...rest, replicas: within(tolerances, ratio) ? current : Math.ceil(ratio * ready) };
  const at = (value: number): PodSample => ({ value, at: now, window: 0 });
  if (ratio !== 1) for (const { metadata } of missing) counted.set(metadata.name, at(ratio < 1 ? busy(metadata.name) : 0));
  if (upWithUnready) for (const { metadata } of unready) counted.set(metadata.name, at(0));
  const second = average(counted).ratio;
  if (within(tolerances, second) || (ratio < 1 && second > 1) || (ratio > 1 && second < 1)) return { ...rest, replicas: current };
  const replicas = Math.ceil(second * counted.size);
  const turned = (second < 1 && replicas > current) || (second > 1 && replicas < current);
  return { ...rest, replicas: turned ? current : replicas };
}

/** For one value that all Pods work on together. @param current 0 counts no Pods. @throws Error where no Pod is selected */
export function totalReplicas(value: number, target: number, current: number, pods: readonly Pod[], tolerances: Tolerances): Proposal {
  const ratio = value / target;
  if (current === 0) return { replicas: Math.ceil(ratio), usage: value };
  if (within(tolerances, ratio)) return { replicas: current, usage: value };
  if (pods.length === 0) throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return { replicas: Math.min(MOST, Math.ceil(ratio * ready)), usage: value };
}

/**
 * For one value of which each Pod is to have so much. @param current how many Pods there are, ready or not; 0 while all Pods of
 * the target are in other hands, where the usage is that of all
 */
export function sharedReplicas(value: number, target: number, current: number, tolerances: Tolerances): Proposal {
  const isSteady = within(tolerances, value / (target * current));
  return { replicas: isSteady ? current : Math.min(MOST, Math.ceil(value / target)), usage: Math.ceil(value / Math.max(1, current)) };
}

/** What each Pod requests of a resource, or one container of each. @throws Error naming the container that requests none */
export function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  return new Map(
    pods.map((pod): [string, number] => {
      const whole = container === undefined ? milli(pod.spec.resources?.requests?.[resource]) : undefined;
      if (whole !== undefined) return [pod.metadata.name, whole];
      const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
      const containers = [...pod.spec.containers, ...sidecars].filter(({ name }) => container === undefined || name === container);
      if (containers.length === 0) throw new Error(`container ${container ?? ''} not found in Pod ${pod.metadata.name}`);
      const requests = containers.map(({ name, resources }) => {
        const request = milli(resources?.requests?.[resource]);
        if (request === undefined) throw new Error(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
        return request;
      });
      return [pod.metadata.name, requests.reduce((total, request) => total + request, 0)];
    }),
  );
}

function sum(samples: PodSamples): number {
  return [...samples.values()].reduce((total, { value }) => total + value, 0);
}

import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '../../../kubernetes/generated/autoscaling-v2.js';

interface Recommendation {
  readonly replicas: number;
  /** Milliseconds, monotonic. */
  readonly at: number;
}

interface Change {
  /** Above 0 for more replicas, below for fewer. */
  readonly by: number;
  readonly at: number;
}

/** What limits a recommendation, and the condition that says so. */
export interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };

/** How many replicas there may be. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number;
}

/** What one autoscaler recommended and did lately. Times are monotonic milliseconds. */
export class ScalingHistory {
  #recommendations: Recommendation[];
  #changes: Change[] = [];

  /** @param current what the target is to have when it is first seen: nothing is taken away before the window is over */
  constructor(current: number, now: number) {
    this.#recommendations = [{ replicas: current, at: now }];
  }

  /** The recommendation after those of the windows: the highest on the way down, the lowest on the way up. @param downWindow milliseconds where `behavior` says nothing */
  stabilize(desired: number, current: number, behavior: HorizontalPodAutoscalerBehavior | undefined, downWindow: number, now: number): Limited {
    const up = (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
    const down = behavior?.scaleDown?.stabilizationWindowSeconds === undefined ? downWindow : behavior.scaleDown.stabilizationWindowSeconds * 1000;
    const since = (window: number): number[] => this.#recommendations.filter(({ at }) => at > now - window).map(({ replicas }) => replicas);
    const lowest = Math.min(desired, ...since(up));
    const highest = Math.max(desired, ...since(down));
    const replicas = behavior === undefined ? highest : Math.min(Math.max(current, lowest), highest);
    this.#recommendations = [...this.#recommendations.filter(({ at }) => at > now - Math.max(up, down)), { replicas: desired, at: now }];
    if (replicas === desired) return { replicas, reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
    const upwards = behavior !== undefined && desired >= current;
    return {
      replicas,
      reason: upwards ? 'ScaleUpStabilized' : 'ScaleDownStabilized',
      message: upwards
        ? 'recent recommendations were lower than current one, applying the lowest recent recommendation'
        : 'recent recommendations were higher than current one, applying the highest recent recommendation',
    };
  }

  /** The recommendation within the limits, and as fast as the policies let it go; without any, at most doubled or to 4. */
  limit(desired: number, current: number, { minimum, maximum }: Limits, behavior: HorizontalPodAutoscalerBehavior | undefined, now: number): Limited {
    const tooMany = { replicas: maximum, reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
    const tooFew = { replicas: minimum, reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };
    if (behavior === undefined || desired > current) {
      const limit = behavior === undefined ? Math.max(2 * current, 4) : Math.max(current, this.#furthest(current, behavior.scaleUp, 1, now));
      const top = maximum > limit ? { replicas: limit, reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' } : tooMany;
      if (behavior === undefined && desired < minimum) return tooFew;
      return desired > top.replicas ? top : { replicas: desired, ...WITHIN };
    }
    if (desired === current) return { replicas: desired, ...WITHIN };
    const limit = Math.min(current, this.#furthest(current, behavior.scaleDown, -1, now));
    const bottom = minimum < limit ? { replicas: limit, reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' } : tooFew;
    return desired < bottom.replicas ? bottom : { replicas: desired, ...WITHIN };
  }

  /** Notes that the target was scaled. */
  scaled(before: number, after: number, behavior: HorizontalPodAutoscalerBehavior | undefined, now: number): void {
    const policies = [...(behavior?.scaleUp?.policies ?? []), ...(behavior?.scaleDown?.policies ?? [])];
    const longest = Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds)) * 1000;
    this.#changes = [...this.#changes.filter(({ at }) => at > now - longest), { by: after - before, at: now }];
  }

  #furthest(current: number, rules: HPAScalingRules | undefined, direction: 1 | -1, now: number): number {
    const { selectPolicy = 'Max', policies = [] } = rules ?? {};
    if (selectPolicy === 'Disabled') return current;
    const proposals = policies.map(({ type, value, periodSeconds }) => {
      const changed = this.#changes.filter(({ at }) => at > now - periodSeconds * 1000).reduce((total, { by }) => total + by, 0);
      const start = current - changed;
      if (type === 'Pods') return start + direction * value;
      return direction > 0 ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
    });
    // The largest change is the highest number on the way up, and the lowest on the way down.
    const isHighest = (selectPolicy === 'Max') === direction > 0;
    return isHighest ? Math.max(...proposals) : Math.min(...proposals);
  }
}

import type { Random } from '../../../src/ports/random.js';
import { binomial } from '../draws.js';
import type { Exposure, Fault } from './exposure.js';

/** The numbers of a Rollout with background analysis. */
export interface ArgoRollout {
  /** Percent of each step. */
  readonly weights: readonly number[];
  /** Seconds of the pause after each. */
  readonly pause: number;
  /** The analysis begins with this entry of `weights`. */
  readonly from: number;
  /** Seconds between measurements; the first is taken at once. */
  readonly interval: number;
  readonly failureLimit: number;
  readonly successRate: number;
}

/** The example of the documentation: `startingStep: 2`, 20 % more every ten minutes, success at least 95 % every five. */
export const backgroundExample: ArgoRollout = { weights: [20, 40, 60, 80], pause: 600, from: 1, interval: 300, failureLimit: 3, successRate: 0.95 };

/** A release under Argo Rollouts: it is aborted with more failed measurements than the limit. Metrics are taken to be exact and without delay. */
export function argo(random: Random, rollout: ArgoRollout, perSecond: number, canaryFails: Fault): Exposure {
  const end = rollout.weights.length * rollout.pause;
  const begin = rollout.from * rollout.pause;
  let [failures, hurt, met] = [0, 0, 0];
  const step = rollout.interval;
  for (let at = step; at <= end; at += step) {
    const weight = rollout.weights[Math.floor((at - 1) / rollout.pause)] ?? 0;
    const requests = Math.round((perSecond * step * weight) / 100);
    const bad = binomial(random, requests, canaryFails(at - step / 2));
    hurt += bad;
    met += requests;
    if (at < begin || at === end) continue;
    if (1 - bad / requests < rollout.successRate && ++failures > rollout.failureLimit) return { outcome: 'rolled back', seconds: at, hurt, met };
  }
  return { outcome: 'promoted', seconds: end, hurt, met };
}

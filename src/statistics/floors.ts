import { divergence } from './logarithms.js';
import { nearestNull } from './two-rates.js';
import type { Confidence } from './rate-settings.js';

/**
 * Wald's floor: no test with these error chances needs fewer observations on average to tell chance `one` from `none`, both known
 * exactly:  n ≥ [(1−β) ln((1−β)/α) + β ln(β/(1−α))] / KL(one‖none).  (Wald: Sequential Analysis, 1947.)
 */
export function waldFloor(none: number, one: number, { falseAlarm, missed }: Confidence): number {
  const information = (1 - missed) * Math.log((1 - missed) / falseAlarm) + missed * Math.log(missed / (1 - falseAlarm));
  return information / divergence(one, none);
}

/**
 * The floor when stable's chance must be learned from the same traffic: blocks of so many requests of both, on average, before
 * evidence against "canary ≤ ratio · stable" can reach 1/falseAlarm, for somebody who knows both chances and no overshoot:
 * ln(1/α) / [n_s KL(stable‖q) + n_c KL(canary‖ratio·q)]  at the nearest q.
 */
export function twoRatesFloor(stable: number, canary: number, stableRequests: number, canaryRequests: number, ratio: number, falseAlarm: number): number {
  const q = nearestNull(stable, canary, stableRequests, canaryRequests, ratio);
  return Math.log(1 / falseAlarm) / (stableRequests * divergence(stable, q) + canaryRequests * divergence(canary, ratio * q));
}

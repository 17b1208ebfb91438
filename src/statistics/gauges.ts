import { bet, logWealth, newEProcess, notStarted, pValue, startedAtOnce, type EProcess } from './e-process.js';
import type { Confidence } from './rate-settings.js';
import { proof, type MetricVerdict } from './verdict.js';

/** A gauge of the Pods of both versions at one moment: CPU, memory, queue length. */
export interface GaugeSample {
  readonly at: number;
  /** One value a Pod; or the one limit that the canary is held against. */
  readonly stable: readonly number[];
  readonly canary: readonly number[];
}

export interface GaugeSettings {
  /** Rolled back when canary Pods are certainly above so many times a stable Pod more often than not. */
  readonly worseBy: number;
  /** Promoted when they are certainly below so many times a stable Pod more often than not. */
  readonly acceptBelow: number;
  /** The least time between samples that count: neighbours in time say much the same. In the unit of `at`. */
  readonly spacing: number;
}

/**
 * Wider than for counts: a single canary Pod that happens to run on a slower node is above by some tens of percent for as long as it lives.
 * Fifteen seconds, for `at` in milliseconds.
 */
export const defaultGaugeSettings: GaugeSettings = { worseBy: 2, acceptBelow: 3, spacing: 15_000 };

export interface GaugeState {
  readonly at: number;
  readonly worse: EProcess;
  readonly fine: EProcess;
  /** Means of all samples' means. */
  readonly stable: number;
  readonly canary: number;
}

/** Parts of the money that are staked; below 2, which could lose all. */
const STAKES = [0.4, 0.9, 1.4, 1.8];
const SHARES = [0.2, 0.25, 0.3, 0.25];

export const newGaugeState: GaugeState = { at: -1, worse: newEProcess(STAKES.length), fine: newEProcess(STAKES.length), stable: 0, canary: 0 };

/**
 * One sample more. Among all pairs of a canary and a stable Pod, u = the part in which the canary's value is above `worseBy` times the
 * stable one's (ties count half): Mann and Whitney's statistic, between 0 and 1 whatever is measured. While, given the past, a canary Pod
 * is above at most as often as not, u has a mean of at most 1/2, and the money of those who stake part λ of it on u,
 *   Π (1 + λ (u_t − 1/2)),
 * does not grow. Nothing is assumed of the values' distribution, and one wild value counts as one.
 * (Waudby-Smith, Ramdas: Estimating means of bounded random variables by betting, 2024; for ranks also Shekhar, Ramdas 2023.)
 */
export function addGauge(state: GaugeState, sample: GaugeSample, settings: GaugeSettings): GaugeState {
  const [stable, canary] = [sample.stable.filter(Number.isFinite), sample.canary.filter(Number.isFinite)];
  const soon = state.at >= 0 && sample.at < state.at + settings.spacing;
  if (!(sample.at > state.at) || soon || stable.length === 0 || canary.length === 0) return state;
  const stakes = (u: number): number[] => STAKES.map((stake) => Math.log1p(stake * (u - 0.5)));
  const count = state.worse.blocks;
  const average = (old: number, values: readonly number[]): number =>
    (old * count + values.reduce((sum, value) => sum + value, 0) / values.length) / (count + 1);
  return {
    at: sample.at,
    worse: bet(state.worse, stakes(partAbove(canary, stable, settings.worseBy)), SHARES, notStarted),
    fine: bet(state.fine, stakes(1 - partAbove(canary, stable, settings.acceptBelow)), SHARES, startedAtOnce),
    stable: average(state.stable, stable),
    canary: average(state.canary, canary),
  };
}

/** Part of the pairs in which canary's value is above so many times stable's; ties count half. */
function partAbove(canary: readonly number[], stable: readonly number[], times: number): number {
  let above = 0;
  for (const one of canary) for (const other of stable) above += one > other * times ? 1 : one === other * times ? 0.5 : 0;
  return above / (canary.length * stable.length);
}

export function gaugeVerdict(state: GaugeState, settings: GaugeSettings, { falseAlarm, missed }: Confidence): MetricVerdict {
  const worseNow = logWealth(state.worse, notStarted);
  const [pWorse, pFine] = [pValue(state.worse), pValue(state.fine)];
  const [outcome, ground] = pWorse <= falseAlarm ? ['fail', 'worse'] as const
    : pFine > missed ? ['undecided', 'waiting'] as const
      : worseNow > 0 ? ['undecided', 'leaning-worse'] as const : ['pass', 'not-worse'] as const;
  return {
    outcome, ground, guaranteed: true, ended: false, blocks: state.worse.blocks,
    worse: proof(worseNow, pWorse, falseAlarm),
    fine: proof(logWealth(state.fine, startedAtOnce), pFine, missed),
    numbers: { stableMean: state.stable, canaryMean: state.canary, worseBy: settings.worseBy, acceptBelow: settings.acceptBelow },
  };
}

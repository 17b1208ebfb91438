import { pValue } from '../../src/statistics/e-process.js';
import { defaultConfidence, defaultRateSettings, type Confidence, type RateSettings } from '../../src/statistics/rate-settings.js';
import { addBlock, newRateState, rateVerdict } from '../../src/statistics/rates.js';
import { drawBlock, runRandom, type Traffic } from './traffic.js';

/** How one run of a judge ended. */
export interface RunEnd {
  readonly outcome: 'pass' | 'fail' | 'undecided';
  /** The block at which it was decided; the last one when it was not. */
  readonly block: number;
  /** Canary requests that failed until then. */
  readonly hurt: number;
  readonly canaryRequests: number;
}

export interface Judging {
  readonly settings?: Partial<RateSettings>;
  readonly confidence?: Partial<Confidence>;
  /** The last block. */
  readonly blocks: number;
  /** To be right or wrong only by the roll-back test: a pass does not end the run. */
  readonly deafToPass?: boolean;
}

/** One run of the error-rate judge as the engine calls it. */
export function runJudge(seed: number, cell: string, run: number, traffic: Traffic, judging: Judging): RunEnd {
  const random = runRandom(seed, cell, run);
  const settings = { ...defaultRateSettings, ...judging.settings };
  const confidence = { ...defaultConfidence, ...judging.confidence };
  let state = newRateState;
  for (let at = 1; at <= judging.blocks; at++) {
    state = addBlock(state, drawBlock(random, traffic, at), settings);
    // The whole verdict only where it can be one: it costs as much as the block.
    if (pValue(state.worse) > confidence.falseAlarm && (judging.deafToPass === true || pValue(state.fine) > confidence.missed)) continue;
    const { outcome } = rateVerdict(state, settings, confidence);
    if (outcome === 'fail' || (outcome === 'pass' && judging.deafToPass !== true)) return end(outcome, at);
  }
  return end('undecided', judging.blocks);

  function end(outcome: RunEnd['outcome'], block: number): RunEnd {
    return { outcome, block, hurt: state.canary.bad, canaryRequests: state.canary.requests };
  }
}

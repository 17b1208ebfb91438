import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { addMeasurement, conditionVerdict, newConditionState, type ConditionSettings, type ConditionState, type Measurement } from './conditions.js';
import type { CountBlock } from './counts.js';
import { addToShift, newShiftState, shiftVerdict, type ShiftDirection, type ShiftState } from './distribution-shift.js';
import { addGauge, gaugeVerdict, newGaugeState, type GaugeSample, type GaugeSettings, type GaugeState } from './gauges.js';
import type { HistogramBlock } from './histograms.js';
import { addKnownRate, knownRateVerdict, newKnownRateState, type KnownRateBlock, type KnownRateSettings, type KnownRateState } from './known-rate.js';
import { addHistogram, latencyVerdict, newLatencyState, type LatencyComparisonSettings, type LatencyState } from './latency-comparison.js';
import { addLatencyLimit, limitOf, type LatencyLimitSettings } from './latency-limit.js';
import type { Confidence, RateSettings } from './rate-settings.js';
import { addBlock, newRateState, rateVerdict, type RateState } from './rates.js';
import type { MetricVerdict } from './verdict.js';

/** One metric's test. States are plain, immutable data; only the last one needs to be kept. */
export interface SequentialTest<State, Sample> {
  /** Says what is tested, with all settings: evidence for one is none for another. */
  readonly key: string;
  /** Nothing seen yet. */
  readonly fresh: State;
  /** One sample more. One that is not newer than the last that counted leaves the state as it is. */
  add(state: State, sample: Sample): State;
  /** What all samples so far say. @param confidence this metric's part (`shareOut`); may differ from look to look only downwards */
  verdict(state: State, confidence: Confidence): MetricVerdict;
}

/** One result of conditions that were evaluated elsewhere. */
export interface MeasurementSample {
  readonly at: number;
  readonly measurement: Measurement;
}

const keyOf = (kind: string, settings: unknown): string => `${kind} ${JSON.stringify(settings)}`;

/** Bad of all, the canary beside stable: errors, timeouts, anything that is counted. */
export const rateTest = (settings: RateSettings): SequentialTest<RateState, CountBlock> => ({
  key: keyOf('rate', settings), fresh: newRateState,
  add: (state, block) => addBlock(state, block, settings),
  verdict: (state, confidence) => rateVerdict(state, settings, confidence),
});

/** Bad of all, the canary against a limit. */
export const knownRateTest = (settings: KnownRateSettings): SequentialTest<KnownRateState, KnownRateBlock> => ({
  key: keyOf('knownRate', settings), fresh: newKnownRateState,
  add: (state, block) => addKnownRate(state, block, settings),
  verdict: (state, confidence) => knownRateVerdict(state, settings, confidence),
});

/** A latency quantile, the canary beside stable. */
export const latencyTest = (settings: LatencyComparisonSettings): SequentialTest<LatencyState, HistogramBlock> => ({
  key: keyOf('latency', settings), fresh: newLatencyState,
  add: (state, block) => addHistogram(state, block, settings),
  verdict: (state, confidence) => latencyVerdict(state, settings, confidence),
});

/** A latency quantile, the canary against a limit. */
export const latencyLimitTest = (settings: LatencyLimitSettings): SequentialTest<KnownRateState, HistogramBlock> => ({
  key: keyOf('latencyLimit', settings), fresh: newKnownRateState,
  add: (state, block) => addLatencyLimit(state, block, settings),
  verdict: (state, confidence) => knownRateVerdict(state, limitOf(settings), confidence),
});

/** The whole distribution of a histogram, the canary beside stable. */
export const shiftTest = (direction: ShiftDirection): SequentialTest<ShiftState, HistogramBlock> => ({
  key: keyOf('shift', direction), fresh: newShiftState,
  add: (state, block) => addToShift(state, block, direction),
  verdict: (state, confidence) => shiftVerdict(state, direction, confidence),
});

/** A gauge per Pod, the canary's beside stable's. */
export const gaugeTest = (settings: GaugeSettings): SequentialTest<GaugeState, GaugeSample> => ({
  key: keyOf('gauge', settings), fresh: newGaugeState,
  add: (state, sample) => addGauge(state, sample, settings),
  verdict: (state, confidence) => gaugeVerdict(state, settings, confidence),
});

/** Plain conditions with limits; no error rate is guaranteed. */
export const conditionTest = (settings: ConditionSettings): SequentialTest<ConditionState, MeasurementSample> => ({
  key: keyOf('conditions', settings), fresh: newConditionState,
  add: (state, { at, measurement }) => addMeasurement(state, at, measurement),
  verdict: (state) => conditionVerdict(state, settings),
});

/** A test's state as text. */
export const saved = <State, Sample>(test: SequentialTest<State, Sample>, state: State): string => writeCheckpoint(test.key, state);

/** A test's state from such a text; its fresh one when there is none that fits. */
export const restored = <State, Sample>(test: SequentialTest<State, Sample>, text: string | undefined): State =>
  (text === undefined ? test.fresh : readCheckpoint(text, test.key, test.fresh));

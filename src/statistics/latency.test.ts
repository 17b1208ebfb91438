import { describe, expect, it } from 'vitest';
import { addToShift, bandWidth, distance, newShiftState, shiftVerdict, type ShiftState } from './distribution-shift.js';
import { aboveEdge, edgesAround, tails, type HistogramBlock } from './histograms.js';
import { knownRateVerdict, newKnownRateState } from './known-rate.js';
import { addHistogram, defaultLatencyComparison, latencyVerdict, newLatencyState, type LatencyState } from './latency-comparison.js';
import { addLatencyLimit, limitOf } from './latency-limit.js';
import { defaultConfidence } from './rate-settings.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';

const EDGES = [10, 50, 100, 500, 1000];
const STABLE = [300, 450, 140, 9, 1, 0];
const histogram = (at: number, canary: readonly number[], stable: readonly number[] = STABLE): HistogramBlock => ({ at, seconds: 5, edges: EDGES, stable, canary });
const NONE = [0, 0, 0, 0, 0, 0];
const compare = (blocks: readonly HistogramBlock[], settings = defaultLatencyComparison): LatencyState =>
  blocks.reduce((state, next) => addHistogram(state, next, settings), addHistogram(newLatencyState, histogram(0, NONE), settings));
const many = (count: number, canary: readonly number[]): HistogramBlock[] => Array.from({ length: count }, (_, index) => histogram(index + 1, canary));
const verdict = (state: LatencyState, settings = defaultLatencyComparison): string => latencyVerdict(state, settings, defaultConfidence).outcome;

describe('histograms', () => {
  it('count what lies above edges', () => {
    expect(tails([1, 2, 3])).toEqual({ requests: 6, above: [5, 3] });
    expect(aboveEdge([1, 2, 3], 1)).toEqual({ requests: 6, bad: 3 });
    expect(edgesAround([1, 2, 3], 2)).toEqual({ over: 1, under: 1 });
    expect(edgesAround([1, 2, 3], 2.5)).toEqual({ over: 2, under: 1 });
    expect(edgesAround([1, 2, 3], 9)).toEqual({ over: -1, under: 2 });
    expect(edgesAround([1, 2, 3], 0.5)).toEqual({ over: 0, under: -1 });
  });
});

describe('latency beside stable\'s', () => {
  it('finds a longer tail and a shift of the whole, and passes the same', () => {
    expect(verdict(compare(many(40, [30, 45, 14, 1, 0, 0])))).toBe('pass');
    expect(verdict(compare(many(12, [30, 45, 14, 5, 5, 1])))).toBe('fail');
    expect(verdict(compare(many(12, [10, 20, 50, 20, 0, 0])))).toBe('fail');
  });

  it('finds the few that hang, but not fewer than the quantile leaves out', () => {
    // 1 in 1,000 of stable's requests takes over 500 ms: p99 is under 100 or 500 ms.
    expect(verdict(compare(many(40, [300, 450, 140, 9, 1, 30])))).toBe('fail');
    expect(verdict(compare(many(40, [300, 450, 140, 9, 1, 4])))).not.toBe('fail');
  });

  it('needs stable to be known first', () => {
    const state = addHistogram(newLatencyState, histogram(1, [0, 0, 0, 0, 0, 100]), defaultLatencyComparison);
    expect(state.tail.worse.blocks).toBe(0);
    const few = addHistogram(addHistogram(newLatencyState, histogram(1, NONE, [30, 45, 14, 1, 0, 0]), defaultLatencyComparison), histogram(2, [0, 0, 0, 0, 0, 100]), defaultLatencyComparison);
    expect(few.tail.worse.blocks).toBe(0);
    expect(few.recent).toBeGreaterThan(900);
  });

  it('chooses its edge before it sees the block', () => {
    // Until now 1 % of stable took over 100 ms; in this block all does.
    const state = addHistogram(compare([]), histogram(1, [0, 10, 0, 0, 0, 0], [0, 0, 0, 0, 100, 900]), defaultLatencyComparison);
    expect(state.tail.stable).toEqual({ requests: 1000, bad: 1000 });
    expect(state.tail.canary).toEqual({ requests: 10, bad: 0 });
    expect(addHistogram(state, histogram(2, [0, 0, 10, 0, 0, 0]), defaultLatencyComparison).tail.stable.bad).not.toBe(1010);
  });

  it('tolerates what may be slower: canary\'s edge is the next one above', () => {
    const slower = { ...defaultLatencyComparison, slower: 5 };
    const canary = [10, 20, 10, 50, 10, 0];
    expect(verdict(compare(many(12, canary)))).toBe('fail');
    expect(verdict(compare(many(12, [2, 30, 45, 22, 1, 0]), slower), slower)).not.toBe('fail');
  });

  it('goes on from a checkpoint', () => {
    const blocks = many(20, [30, 45, 14, 3, 1, 0]);
    const kept = readCheckpoint(writeCheckpoint('p99', compare(blocks.slice(0, 9))), 'p99', newLatencyState);
    const resumed = blocks.reduce((state, next) => addHistogram(state, next, defaultLatencyComparison), kept);
    expect(resumed.highest).toBeCloseTo(compare(blocks).highest, 1);
    expect(resumed.tail.canary).toEqual(compare(blocks).tail.canary);
    expect(writeCheckpoint('p99', compare(blocks)).length).toBeLessThan(1200);
  });
});

describe('latency below a limit', () => {
  const judge = (below: number, canary: readonly number[], count = 60): string => {
    const settings = { quantile: 0.99, below };
    const state = many(count, canary).reduce((old, next) => addLatencyLimit(old, next, settings), newKnownRateState);
    return knownRateVerdict(state, limitOf(settings), defaultConfidence).outcome;
  };

  it('fails above and passes below, at an edge', () => {
    expect(judge(500, [30, 45, 14, 6, 5, 0])).toBe('fail');
    expect(judge(500, [30, 45, 14, 11, 0, 0])).toBe('pass');
  });

  it('waits where the limit lies between edges and the requests do too', () => {
    expect(judge(300, [30, 45, 14, 11, 0, 0])).toBe('undecided');
    expect(judge(300, [30, 45, 14, 0, 11, 0])).toBe('fail');
    expect(judge(5000, [0, 0, 0, 0, 0, 100])).toBe('undecided');
  });
});

describe('a shift of the whole distribution', () => {
  const feed = (count: number, canary: readonly number[], direction: 'slower' | 'either' = 'slower'): ShiftState =>
    many(count, canary).reduce((state, next) => addToShift(state, next, direction), newShiftState);

  it('has the published widths', () => {
    // 0.8 ln(1612/α) bounds the published constant from above by some hundredths.
    for (const [count, width] of [[100, 0.273], [1000, 0.088], [10_000, 0.028], [100_000, 0.009]] as const) expect(bandWidth(count, 0.025)).toBeCloseTo(width, 2);
    expect(bandWidth(0, 0.05)).toBe(1);
  });

  it('is found in one direction or both', () => {
    expect(shiftVerdict(feed(30, [10, 20, 50, 20, 0, 0]), 'slower', defaultConfidence)).toMatchObject({ outcome: 'fail', ground: 'shifted' });
    expect(shiftVerdict(feed(30, [80, 20, 0, 0, 0, 0]), 'slower', defaultConfidence).outcome).toBe('pass');
    expect(shiftVerdict(feed(30, [80, 20, 0, 0, 0, 0], 'either'), 'either', defaultConfidence).outcome).toBe('fail');
    expect(shiftVerdict(feed(30, [30, 45, 14, 1, 0, 0]), 'slower', defaultConfidence).outcome).toBe('pass');
  });

  it('is nothing to speak of before both versions were seen', () => {
    expect(shiftVerdict(newShiftState, 'slower', defaultConfidence)).toMatchObject({ outcome: 'undecided', ground: 'waiting', blocks: 0 });
    expect(shiftVerdict(feed(3, [0, 0, 0, 0, 0, 0]), 'either', defaultConfidence)).toMatchObject({ outcome: 'undecided', blocks: 0 });
    expect(shiftVerdict(feed(3, [1, 0, 0, 0, 0, 0]), 'either', defaultConfidence)).toMatchObject({ outcome: 'pass', blocks: 3 });
  });

  it('measures the widest distance', () => {
    expect(distance({ stable: [5, 5], canary: [1, 9] }, 'slower')).toBeCloseTo(0.4, 12);
    expect(distance({ stable: [1, 9], canary: [5, 5] }, 'slower')).toBe(0);
    expect(distance({ stable: [1, 9], canary: [5, 5] }, 'either')).toBeCloseTo(0.4, 12);
  });
});

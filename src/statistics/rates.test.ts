import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { CountBlock } from './counts.js';
import { logWealth, notStarted, pValue, startedAtOnce } from './e-process.js';
import { defaultConfidence, defaultRateSettings } from './rate-settings.js';
import { addBlock, addJudged, newRateState, rateVerdict, type RateState } from './rates.js';

const block = (at: number, stable: readonly [number, number], canary: readonly [number, number], seconds = 1): CountBlock =>
  ({ at, seconds, stable: { requests: stable[0], bad: stable[1] }, canary: { requests: canary[0], bad: canary[1] } });
const feed = (blocks: readonly CountBlock[], from: RateState = newRateState): RateState => blocks.reduce((state, next) => addBlock(state, next, defaultRateSettings), from);
const verdict = (state: RateState): ReturnType<typeof rateVerdict> => rateVerdict(state, defaultRateSettings, defaultConfidence);
const steady = (count: number, stable: readonly [number, number], canary: readonly [number, number]): CountBlock[] =>
  Array.from({ length: count }, (_, index) => block(index + 1, stable, canary));

const blocks = fc.array(fc.tuple(fc.nat(40), fc.nat(40), fc.nat(20), fc.nat(20)), { maxLength: 40 })
  .map((rows) => rows.map(([n, x, m, y], index) => block(index + 1, [n, Math.min(n, x)], [m, Math.min(m, y)])));

describe('judging two versions by what is bad of all', () => {
  it('finds a canary that fails everything in two short blocks, and not in one', () => {
    const total = steady(2, [90, 0], [10, 10]);
    expect(verdict(feed(total.slice(0, 1))).outcome).toBe('undecided');
    expect(verdict(feed(total))).toMatchObject({ outcome: 'fail', ground: 'worse', guaranteed: true });
  });

  it('finds it at an even split too, where errors of the canary are the likely ones', () => {
    expect(verdict(feed(steady(2, [10, 0], [10, 10]))).outcome).toBe('fail');
  });

  it('passes an equal canary, and one without errors where stable has none', () => {
    expect(verdict(feed(steady(150, [90, 9], [10, 1])))).toMatchObject({ outcome: 'pass', ground: 'not-worse' });
    expect(verdict(feed(steady(600, [90, 0], [10, 0])))).toMatchObject({ outcome: 'pass', ground: 'few' });
  });

  it('needs no more than 1,000 requests without an error to pass, and 4,500 where only what is negligible is fine', () => {
    const requests = (fine: number): number => {
      const settings = { ...defaultRateSettings, fine };
      let [state, at] = [newRateState, 0];
      while (rateVerdict(state, settings, defaultConfidence).outcome !== 'pass') state = addBlock(state, block(++at, [90, 0], [10, 0]), settings);
      return state.canary.requests;
    };
    expect(requests(0.005)).toBeGreaterThan(600);
    expect(requests(0.005)).toBeLessThanOrEqual(1000);
    expect(requests(0.001)).toBeGreaterThan(4000);
  });

  it('does not let a canary through that is seldom bad, but worse than stable', () => {
    const rare = Array.from({ length: 1500 }, (_, index) => block(index + 1, [900, 0], [100, index % 4 === 0 ? 1 : 0]));
    let state = newRateState;
    const outcomes = rare.map((next) => verdict((state = addBlock(state, next, defaultRateSettings))).outcome);
    const fine = outcomes.findIndex((_, index) => pValue(feed(rare.slice(0, index + 1)).fine) <= defaultConfidence.missed);
    expect(fine).toBeGreaterThan(0);
    expect(outcomes).not.toContain('pass');
    expect(outcomes.at(-1)).toBe('fail');
  });

  it('does not take back for what is negligible, though stable has no errors at all', () => {
    const rare = Array.from({ length: 400 }, (_, index) => block(index + 1, [9000, 0], [1000, index % 4 === 0 ? 1 : 0]));
    expect(verdict(feed(rare)).outcome).toBe('pass');
    const strict = { ...defaultRateSettings, negligible: 0 };
    expect(rateVerdict(rare.reduce((state, next) => addBlock(state, next, strict), newRateState), strict, defaultConfidence).outcome).toBe('fail');
  });

  it('holds a pass back while the evidence leans the other way', () => {
    const healthy = feed(steady(150, [90, 9], [10, 1]));
    const leaking = feed(Array.from({ length: 30 }, (_, index) => block(200 + index, [90, 9], [10, 6])), healthy);
    const seen = Array.from({ length: 30 }, (_, count) => verdict(feed(Array.from({ length: count }, (_row, index) => block(200 + index, [90, 9], [10, 6])), healthy)));
    expect(verdict(healthy).outcome).toBe('pass');
    expect(seen.map(({ outcome }) => outcome)).toContain('undecided');
    expect(verdict(leaking).outcome).toBe('fail');
  });

  it('does not mind an outage that hits both', () => {
    const state = feed([...steady(20, [90, 1], [10, 0]), ...Array.from({ length: 20 }, (_, index) => block(100 + index, [90, 45], [10, 5]))]);
    expect(verdict(state).outcome).not.toBe('fail');
  });

  it('is an e-process: over all outcomes of three blocks its mean is at most 1 where the hypothesis holds', () => {
    const settings = { ...defaultRateSettings, negligible: 0.2, fine: 0.3 };
    for (const [p, ratio] of [[0.3, 1.5], [0.5, 1.5], [0.1, 1], [0.02, 1.5]] as const) {
      const mean = meanOver(p, p * ratio, 3, (state) => logWealth(state.worse, notStarted));
      expect(mean).toBeLessThanOrEqual(1 + 1e-9);
    }
    // The last three just as often as is fine, where both halves of the hypothesis hold at once; stable with none at all among them.
    for (const [p, canary] of [[0.2, 0.4], [0.4, 0.96], [0.15, 0.3], [0.01, 0.3], [0, 0.3]] as const) {
      expect(meanOver(p, canary, 3, (state) => logWealth(state.fine, startedAtOnce))).toBeLessThanOrEqual(1 + 1e-9);
    }
    expect(meanOver(0.1, 0.9, 3, (state) => logWealth(state.worse, notStarted))).toBeGreaterThan(2);
    expect(meanOver(0, 0.01, 3, (state) => logWealth(state.fine, startedAtOnce))).toBeGreaterThan(1.1);

    function meanOver(stable: number, canary: number, left: number, of: (state: RateState) => number, state = newRateState): number {
      if (left === 0) return Math.exp(of(state));
      let sum = 0;
      for (let x = 0; x <= 2; x++) {
        for (let y = 0; y <= 2; y++) {
          const weight = [stable ** x * (1 - stable) ** (2 - x) * (x === 1 ? 2 : 1), canary ** y * (1 - canary) ** (2 - y) * (y === 1 ? 2 : 1)];
          sum += (weight[0] ?? 0) * (weight[1] ?? 0) * meanOver(stable, canary, left - 1, of, addBlock(state, block(9 - left, [2, x], [2, y]), settings));
        }
      }
      return sum;
    }
  });

  it('never lets a p-value rise, and never counts a block twice', () => {
    fc.assert(fc.property(blocks, (all) => {
      let state = newRateState;
      for (const next of all) {
        const after = addBlock(state, next, defaultRateSettings);
        expect(pValue(after.worse)).toBeLessThanOrEqual(pValue(state.worse));
        expect(pValue(after.fine)).toBeLessThanOrEqual(pValue(state.fine));
        expect(addBlock(after, next, defaultRateSettings)).toBe(after);
        state = after;
      }
    }));
  });

  it('bets before it sees: on what stable did until then', () => {
    const state = feed(steady(20, [90, 9], [10, 1]));
    const next = block(21, [90, 60], [10, 8]);
    const before = (state.recent.bad + 0.5) / (state.recent.requests + 50);
    expect(before).toBeCloseTo(0.1, 1);
    expect(addBlock(state, next, defaultRateSettings).worse).toEqual(addJudged(state, next, before, defaultRateSettings).worse);
    expect(addBlock(state, next, defaultRateSettings).worse).not.toEqual(addJudged(state, next, 0.2, defaultRateSettings).worse);
  });

  it('learns from blocks without the canary, but does not judge by them', () => {
    const state = feed([block(1, [100, 3], [0, 0]), block(2, [100, 3], [0, 0])]);
    expect(state.worse.blocks).toBe(0);
    expect(state.stable.requests).toBe(0);
    expect(state.recent.requests).toBeGreaterThan(190);
    expect(state.at).toBe(2);
  });

  it('goes on from a checkpoint as if nothing had been, less what came after it', () => {
    fc.assert(fc.property(blocks, fc.nat(40), (all, cut) => {
      const kept = readCheckpoint(writeCheckpoint('errors', feed(all.slice(0, cut))), 'errors', newRateState);
      // Everything is sent again: what the checkpoint knows is left out.
      const [resumed, whole] = [feed(all, kept), feed(all)];
      expect(logWealth(resumed.worse, notStarted)).toBeCloseTo(logWealth(whole.worse, notStarted), 1);
      expect(logWealth(resumed.fine, startedAtOnce)).toBeCloseTo(logWealth(whole.fine, startedAtOnce), 1);
      expect(resumed.worse.highest).toBeLessThanOrEqual(whole.worse.highest + 1e-9);
      expect(resumed.canary).toEqual(whole.canary);
      expect(resumed.stable).toEqual(whole.stable);
    }));
  });

  it('stays small: a checkpoint after a day of blocks is under 700 bytes', () => {
    const day = feed(Array.from({ length: 5000 }, (_, index) => block(1_700_000_000_000 + index * 1000, [917, (index * 7) % 11], [83, index % 2])));
    expect(writeCheckpoint('errors', day).length).toBeLessThan(700);
  });

  it('says how many times as bad, within bounds', () => {
    const state = feed(steady(400, [90, 1], [10, 1]));
    const { ratio } = verdict(state);
    expect(ratio?.value).toBeGreaterThan(7.5);
    expect(ratio?.value).toBeLessThan(10.5);
    expect(ratio?.low).toBeLessThan(9);
    expect(ratio?.high).toBeGreaterThan(9);
    expect(ratio?.low).toBeGreaterThan(5);
    expect(verdict(newRateState).ratio).toEqual({ value: 1, low: 0, high: 1e9, confidence: 0.95 });
  });

  it('bears counters that do not fit', () => {
    const odd = addBlock(newRateState, block(1, [10, 12], [-3, Number.NaN]), defaultRateSettings);
    expect(odd.worse.blocks).toBe(0);
    expect(odd.recent).toEqual({ requests: 10, bad: 10 });
  });
});

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../ports/random.js';
import { neededMargin, releasesOfCounts, tryMargins, type CalibrationPlan, type MarginRow } from './calibration.js';
import type { CountBlock } from './counts.js';
import { dispersionOf } from './dispersion.js';
import { twoRatesFloor, waldFloor } from './floors.js';
import { defaultConfidence, defaultRateSettings } from './rate-settings.js';

/** A/A traffic; each block and version draws its own rate between 0 and twice 5 % times `spread`, and around 5 % without. */
function traffic(count: number, spread: number, shared = 0): CountBlock[] {
  const random = seededRandom(3);
  const draw = (requests: number, chance: number): number => Array.from({ length: requests }).filter(() => random() < chance).length;
  return Array.from({ length: count }, (_, at) => {
    const both = 1 + shared * (2 * random() - 1);
    const chance = (): number => 0.05 * both * (1 + spread * (2 * random() - 1));
    return { at, seconds: 5, stable: { requests: 200, bad: draw(200, chance()) }, canary: { requests: 200, bad: draw(200, chance()) } };
  });
}

describe('how uneven traffic is', () => {
  it('is found in A/A traffic: noise of each version its own, not what both share', () => {
    const variation = (blocks: readonly CountBlock[]): number => dispersionOf(blocks, [1])[0]?.variation ?? -1;
    // Even over ±s has a standard deviation of s/√3.
    expect(variation(traffic(600, 0.9))).toBeCloseTo(0.9 / Math.sqrt(3), 1);
    expect(variation(traffic(600, 0))).toBeLessThan(0.15);
    expect(variation(traffic(600, 0, 0.9))).toBeLessThan(0.15);
  });

  it('averages out over longer stretches when it is of single blocks', () => {
    const [one, , fifteen] = dispersionOf(traffic(900, 0.9));
    expect(fifteen?.variation ?? 1).toBeLessThan((one?.variation ?? 0) * 0.6);
  });

  it('asks for a margin only where the default would cry wolf', () => {
    const plan: CalibrationPlan = { releases: 60, blocks: 80, stretch: 10 };
    const tried = (blocks: readonly CountBlock[], how = plan): MarginRow[] => tryMargins(releasesOfCounts(blocks, defaultRateSettings, defaultConfidence), blocks.length, how, 0.05, seededRandom(1));
    expect(neededMargin(tried(traffic(300, 0)), 0.05)).toBeLessThanOrEqual(1.25);
    // Every other minute the canary alone fails five times as often.
    const bursts = traffic(300, 0).map((block) => (Math.floor(block.at / 12) % 2 === 0 ? block : { ...block, canary: { ...block.canary, bad: Math.min(200, block.canary.bad * 5) } }));
    const rows = tried(bursts);
    expect(neededMargin(rows, 0.05)).toBeGreaterThan(2);
    // Whoever does not ask for the rate of a margin that is out of the question has the answer sooner.
    const sooner = tried(bursts, { ...plan, enough: 20 });
    expect(sooner[0]).toMatchObject({ worseBy: 1, releases: 20 });
    expect(neededMargin(sooner, 0.05)).toBe(neededMargin(rows, 0.05));
  });
});

describe('a margin', () => {
  it('is enough only when the releases that were tried can show it', () => {
    const row = (worseBy: number, falseAlarms: number, releases = 300): { worseBy: number; falseAlarms: number; releases: number } => ({ worseBy, falseAlarms, releases });
    expect(neededMargin([row(1, 20), row(1.5, 1), row(2, 0)], 0.01)).toBe(2);
    expect(neededMargin([row(1, 20), row(1.5, 0, 200)], 0.01)).toBeUndefined();
    expect(neededMargin([row(1, 20), row(1.5, 7), row(2, 0)], 0.05)).toBe(1.5);
  });
});

describe('floors', () => {
  it('are the published ones', () => {
    const blocks = [[0.02, 21.4, 26.9], [0.03, 6.4, 8.2], [0.05, 2, 2.7], [0.1, 0.6, 0.8]] as const;
    for (const [rate, wald, two] of blocks) {
      expect(waldFloor(0.01, rate, { falseAlarm: 0.01, missed: 0.05 }) / 50).toBeCloseTo(wald, 0);
      expect(twoRatesFloor(0.01, rate, 450, 50, 1, 0.01)).toBeCloseTo(two, 1);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divergence } from './logarithms.js';
import { nearestNull, oneRateFactor, twoRatesFactor } from './two-rates.js';

const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
const chanceOf = (n: number, k: number, p: number): number => choose(n, k) * p ** k * (1 - p) ** (n - k);
const chance = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const part = fc.double({ min: 0, max: 1, noNaN: true });

/** The expected factor of a block, over all its outcomes. */
function expectation(n: number, m: number, stable: number, canary: number, bet: readonly [number, number], ratio: number): number {
  let sum = 0;
  for (let x = 0; x <= n; x++) {
    for (let y = 0; y <= m; y++) {
      const block = { stable: { requests: n, bad: x }, canary: { requests: m, bad: y } };
      sum += chanceOf(n, x, stable) * chanceOf(m, y, canary) * Math.exp(twoRatesFactor(block, bet[0], bet[1], ratio));
    }
  }
  return sum;
}

const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
const ratios = fc.constantFrom(0.5, 1, 1.5, 2, 4);

describe('evidence from two rates', () => {
  it('is worth at most 1 while the canary is at most so many times as bad, whatever the rates, the split and the bet', () => {
    fc.assert(fc.property(sizes, ratios, part, part, chance, chance, ([n, m], ratio, base, slack, bet, above) => {
      const stable = base * Math.min(1, 1 / ratio);
      const worse = Math.min(1, ratio * bet);
      const canaryBet = worse + (1 - worse) * above;
      expect(expectation(n, m, stable, ratio * stable * slack, [bet, canaryBet], ratio)).toBeLessThanOrEqual(1 + 1e-9);
    }), { numRuns: 500 });
  });

  it('is worth at most 1 while the canary is at least so many times as bad', () => {
    fc.assert(fc.property(sizes, ratios, part, part, chance, chance, ([n, m], ratio, base, slack, bet, below) => {
      const stable = base * Math.min(1, 1 / ratio);
      const canary = ratio * stable + (1 - ratio * stable) * slack;
      expect(expectation(n, m, stable, canary, [bet * Math.min(1, 1 / ratio), ratio * bet * Math.min(1, 1 / ratio) * below], ratio)).toBeLessThanOrEqual(1 + 1e-9);
    }), { numRuns: 500 });
  });

  it('grows when the bet is right', () => {
    expect(expectation(6, 6, 0.1, 0.8, [0.1, 0.8], 1.5)).toBeGreaterThan(2);
  });

  it('needs no equal chance for all requests: only their means count', () => {
    // Two requests of each version; chances 0 and 0.4 are 0.2 on average, and 0.1 and 0.5 are 1.5 times that.
    const [stable, canary] = [[0, 0.4], [0.1, 0.5]] as const;
    let sum = 0;
    for (const a of [0, 1]) for (const b of [0, 1]) for (const c of [0, 1]) for (const d of [0, 1]) {
      const weight = [[stable[0], a], [stable[1], b], [canary[0], c], [canary[1], d]].reduce((product, [p, hit]) => product * (hit === 1 ? (p ?? 0) : 1 - (p ?? 0)), 1);
      sum += weight * Math.exp(twoRatesFactor({ stable: { requests: 2, bad: a + b }, canary: { requests: 2, bad: c + d } }, 0.2, 0.7, 1.5));
    }
    expect(sum).toBeLessThanOrEqual(1 + 1e-12);
    expect(sum).toBeGreaterThan(0.9);
  });

  it('compares with the nearest pair', () => {
    fc.assert(fc.property(chance, chance, sizes, ratios, (stable, canary, [n, m], ratio) => {
      const far = (q: number): number => n * divergence(stable, q) + m * divergence(canary, ratio * q);
      const q = nearestNull(stable, canary, n, m, ratio);
      expect(q).toBeGreaterThan(0);
      expect(q * ratio).toBeLessThan(1);
      for (const other of [q * 0.98, Math.min(q * 1.02, (q + Math.min(1, 1 / ratio)) / 2)]) expect(far(q)).toBeLessThanOrEqual(far(other) + 1e-12);
    }));
  });

  it('becomes the odds test when errors are rare: the base rate cancels', () => {
    const block = { stable: { requests: 900_000, bad: 9 }, canary: { requests: 100_000, bad: 7 } };
    const share = (100_000 * 1.5) / (900_000 + 150_000);
    const odds = (share * 5) / (1 - share + share * 5);
    const expected = 9 * Math.log((1 - odds) / (1 - share)) + 7 * Math.log(odds / share);
    expect(twoRatesFactor(block, 1e-5, 7.5e-5, 1.5)).toBeCloseTo(expected, 2);
  });

  it('says nothing when a version saw nothing, or when nothing could be that much worse', () => {
    expect(twoRatesFactor({ stable: { requests: 0, bad: 0 }, canary: { requests: 9, bad: 9 } }, 0.01, 0.5, 1.5)).toBe(0);
    expect(twoRatesFactor({ stable: { requests: 9, bad: 0 }, canary: { requests: 0, bad: 0 } }, 0.01, 0.5, 1.5)).toBe(0);
  });
});

describe('evidence from one rate', () => {
  it('is worth at most 1 at and beyond the known rate', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), chance, part, chance, (n, known, slack, up) => {
      const mean = (truth: number, bet: number): number => {
        let sum = 0;
        for (let x = 0; x <= n; x++) sum += chanceOf(n, x, truth) * Math.exp(oneRateFactor({ requests: n, bad: x }, bet, known));
        return sum;
      };
      expect(mean(known * slack, known + (1 - known) * up)).toBeLessThanOrEqual(1 + 1e-9);
      expect(mean(known + (1 - known) * slack, known * up)).toBeLessThanOrEqual(1 + 1e-9);
    }));
  });
});

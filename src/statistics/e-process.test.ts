import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bet, FIRST_START, LAST_START, logWealth, newEProcess, notStarted, pValue, startedAtOnce, type EProcess } from './e-process.js';

const SHARES = [0.5, 0.5];
/** Two bettors on a coin that is fair under the hypothesis. */
const coin = (process: EProcess, heads: boolean, waiting: (blocks: number) => number): EProcess =>
  bet(process, [0.6, 0.9].map((chance) => Math.log(2 * (heads ? chance : 1 - chance))), SHARES, waiting);

describe('an e-process', () => {
  it.each([['mixed starts', notStarted], ['one start', startedAtOnce]])('keeps the mean of its wealth at 1 and reaches 1/α with a chance of at most α: %s', (_, waiting) => {
    const TOSSES = 12;
    let [sum, reached] = [0, 0];
    for (let outcome = 0; outcome < 2 ** TOSSES; outcome++) {
      let process = newEProcess(2);
      for (let toss = 0; toss < TOSSES; toss++) process = coin(process, ((outcome >> toss) & 1) === 1, waiting);
      sum += Math.exp(logWealth(process, waiting)) / 2 ** TOSSES;
      if (pValue(process) <= 0.05) reached += 1 / 2 ** TOSSES;
    }
    expect(sum).toBeCloseTo(1, 9);
    expect(reached).toBeLessThanOrEqual(0.05);
    expect(reached).toBeGreaterThan(0.001);
  });

  it('never lets its p-value rise', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (tosses) => {
      let process = newEProcess(2);
      for (const heads of tosses) {
        const next = coin(process, heads, notStarted);
        expect(pValue(next)).toBeLessThanOrEqual(pValue(process));
        process = next;
      }
    }));
  });

  it('mixes starts: the sum over all of them, each worth what came after it', () => {
    const tosses = [true, false, true, true];
    let process = newEProcess(1);
    for (const heads of tosses) process = bet(process, [Math.log(heads ? 1.4 : 0.6)], [1], notStarted);
    let expected = notStarted(4);
    tosses.forEach((_, start) => {
      const product = tosses.slice(start).reduce((sum, heads) => sum * (heads ? 1.4 : 0.6), 1);
      expected += (notStarted(start) - notStarted(start + 1)) * product;
    });
    expect(Math.exp(logWealth(process, notStarted))).toBeCloseTo(expected, 12);
  });

  it('spends what waits and no more', () => {
    expect(notStarted(0)).toBe(1);
    expect(notStarted(1)).toBeCloseTo(1 - FIRST_START, 12);
    expect(notStarted(LAST_START)).toBe(0);
    for (const blocks of [0, 1, 2, 10, 1000, LAST_START - 1]) expect(notStarted(blocks + 1)).toBeLessThan(notStarted(blocks));
    expect(notStarted(LAST_START + 5)).toBe(0);
  });

  it('finds in time what begins late, which one start does not', () => {
    const after = (waiting: (blocks: number) => number): number => {
      let process = newEProcess(2);
      for (let toss = 0; toss < 400; toss++) process = coin(process, toss % 2 === 0, waiting);
      for (let toss = 1; toss <= 400; toss++) if (pValue(process = coin(process, true, waiting)) <= 0.01) return toss;
      return Infinity;
    };
    expect(after(notStarted)).toBeLessThan(35);
    expect(after(startedAtOnce)).toBeGreaterThan(45);
  });
});

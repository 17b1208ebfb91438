import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../ports/random.js';
import type { CountBlock } from '../../statistics/counts.js';
import { rateTest, restored, saved } from '../../statistics/sequential-test.js';
import { countsWithEarlier } from './earlier-stable.js';
import { judgeOf } from './judge.js';
import { analysisOf, feed, requests, START } from './testing/samples.js';

const settings = { worseBy: 1, acceptBelow: 2, negligible: 0, fine: 0 };
const test = countsWithEarlier(rateTest(settings));
const bad = (random: Random, count: number, chance: number): number => Array.from({ length: count }, random).filter((luck) => luck < chance).length;

/** A switch: so many seconds of stable alone, then as many of the canary alone. */
function switched(random: Random, seconds: number, stable: number, canary: number): CountBlock[] {
  const none = { requests: 0, bad: 0 };
  return Array.from({ length: 2 * seconds }, (_, index) => {
    const before = index < seconds;
    const some = { requests: 40, bad: bad(random, 40, before ? stable : canary) };
    return { at: START + index * 1000, seconds: 1, stable: before ? some : none, canary: before ? none : some };
  });
}

const fails = (blocks: readonly CountBlock[], falseAlarm: number): boolean => {
  let state = test.fresh;
  return blocks.some((block) => test.verdict((state = test.add(state, block)), { falseAlarm, missed: 0.05 }).outcome === 'fail');
};

describe('behind a switch', () => {
  it('a bad version is found by what stable did before', () => {
    const judge = judgeOf(analysisOf({ name: 'errors', errorRate: {} }), { first: false });
    const state = feed(judge, 'errors', [...requests(30, [100, 1], [0, 0]), ...requests(4, [0, 0], [100, 20], 30)]);
    expect(judge.observe(state)).toMatchObject([{ outcome: 'fail', samples: 4 }]);
  });

  it('one that is no worse is taken back as seldom as promised', () => {
    const [runs, promised] = [800, 0.1];
    const alarms = Array.from({ length: runs }, (_, run) => fails(switched(seededRandom(run), 60, 0.05, 0.05), promised)).filter(Boolean).length;
    // More than this of so many runs has a chance of less than one in a million when the promise holds.
    expect(alarms).toBeLessThan(runs * promised + 4.9 * Math.sqrt(runs * promised * (1 - promised)));
    expect(Array.from({ length: 20 }, (_, run) => fails(switched(seededRandom(run), 60, 0.02, 0.2), 0.01)).filter(Boolean).length).toBe(20);
  });

  it('each block of stable counts once, and none that is older than ten minutes', () => {
    const judged = (before: number, after: number, pause: number): number => {
      const blocks = [...requests(before, [100, 1], [0, 0]), ...requests(after, [0, 0], [100, 1], before + pause)];
      const judge = judgeOf(analysisOf({ name: 'errors', errorRate: {} }), { first: false });
      return judge.observe(feed(judge, 'errors', blocks))[0]?.samples ?? 0;
    };
    expect(judged(20, 30, 0)).toBe(10);
    expect(judged(20, 5, 0)).toBe(5);
    expect(judged(20, 30, 590)).toBeLessThan(10);
    expect(judged(20, 30, 601)).toBe(0);
    expect(judged(1000, 1000, 0)).toBe(120);
  });

  it('nothing is forgotten by a restart', () => {
    const blocks = switched(seededRandom(1), 30, 0.02, 0.2);
    const half = blocks.slice(0, 33).reduce((state, block) => test.add(state, block), test.fresh);
    expect(restored(test, saved(test, half)).earlier).toEqual(half.earlier);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allowances, canaryPodsFor, enoughReady, nearestPodCounts, stablePodsFor } from './sizing.js';
import { WHOLE } from './split.js';

const share = fc.integer({ min: 0, max: WHOLE });
const replicas = fc.integer({ min: 0, max: 200 });

it('by part: enough Pods for the share, never more than the replicas, and never fewer for a greater share', () => {
  fc.assert(
    fc.property(share, share, replicas, (a, b, count) => {
      const pods = canaryPodsFor(a, count, { sizing: 'part' });
      expect(pods * WHOLE).toBeGreaterThanOrEqual(count * a);
      expect(pods).toBeLessThanOrEqual(count);
      expect(canaryPodsFor(Math.max(a, b), count, { sizing: 'part' })).toBeGreaterThanOrEqual(canaryPodsFor(Math.min(a, b), count, { sizing: 'part' }));
    }),
  );
});

it.each([[100, 9, 1], [250, 3, 1], [500, 4, 4], [200, 4, 1], [WHOLE, 4, 4], [0, 4, 0], [1, 4, 1]])('by ratio: %i per mille beside %i Pods takes %i', (asked, count, pods) => {
  expect(canaryPodsFor(asked, count, { sizing: 'ratio' })).toBe(pods);
});

it('by part: no fewer than the plan says, and no more than the replicas, as long as there is a share', () => {
  expect([0, 1, 500].map((asked) => canaryPodsFor(asked, 4, { sizing: 'part', minimumPods: 2 }))).toEqual([0, 2, 2]);
  expect(canaryPodsFor(1, 1, { sizing: 'part', minimumPods: 2 })).toBe(1);
  expect([0, 500, 999, WHOLE].map((asked) => stablePodsFor(asked, 4, { minimumPods: 2 }))).toEqual([4, 2, 2, 0]);
});

// Examples of what Argo Rollouts does in its place: weight in per cent, replicas, surge, canary and stable Pods.
it.each([
  [10, 10, true, 1, 9], [30, 10, true, 3, 7], [5, 10, true, 1, 10], [5, 1, true, 1, 1], [95, 1, true, 1, 1], [50, 3, true, 2, 2], [50, 3, false, 2, 1],
  [25, 1, false, 0, 1], [50, 1, false, 1, 0], [1, 2, false, 1, 1], [99, 2, false, 1, 1], [0, 3, true, 0, 3], [100, 3, true, 3, 0], [50, 0, true, 0, 0],
])('counts Pods that come nearest to %i %% of %i, surge %s', (percent, count, maySurge, canary, stable) => {
  expect(nearestPodCounts(percent * 10, count, maySurge)).toEqual({ canary, stable });
});

it('counts Pods of both versions wherever both can run, within the surge, and as near as any', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: WHOLE - 1 }), fc.integer({ min: 2, max: 60 }), fc.boolean(), (asked, count, maySurge) => {
      const { canary, stable } = nearestPodCounts(asked, count, maySurge);
      expect(Math.min(canary, stable)).toBeGreaterThan(0);
      expect([count, ...(maySurge ? [count + 1] : [])]).toContain(canary + stable);
      const off = (pods: number, total: number): number => Math.abs(pods / total - asked / WHOLE);
      for (let pods = 1; pods < count; pods++) expect(off(canary, canary + stable)).toBeLessThanOrEqual(off(pods, count) + 1e-12);
    }),
  );
});

it('calls as many ready Pods enough as the plan says, and never more than were asked for', () => {
  expect([0, 1, 4, 10].map((asked) => enoughReady(asked, { readyThreshold: { part: 750 } }))).toEqual([0, 1, 3, 8]);
  expect([0, 1, 4].map((asked) => enoughReady(asked, { readyThreshold: { pods: 2 } }))).toEqual([0, 1, 2]);
  expect(enoughReady(4, {})).toBe(4);
});

it('lets one Pod move where both allowances come to nothing: beyond the replicas, unless there is to be none', () => {
  expect(allowances({ surge: { pods: 0 }, unavailable: { pods: 0 } }, 3)).toEqual({ surge: 1, unavailable: 0 });
  expect(allowances({ surge: { part: 0 }, unavailable: { part: 250, pods: 1 } }, 3)).toEqual({ surge: 0, unavailable: 1 });
  expect(allowances({ surge: { part: 0 }, unavailable: { part: 250, pods: 1 } }, 8)).toEqual({ surge: 0, unavailable: 2 });
});

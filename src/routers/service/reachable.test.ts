import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unreachableShares } from './check.js';
import { canaryPodsFor, nearestShare, reachableShares, shareOfPods } from './reachable.js';

it('lists what Pods can show', () => {
  expect(reachableShares(1)).toEqual([0, 500, 1000]);
  expect(reachableShares(2)).toEqual([0, 333, 500, 1000]);
  expect(reachableShares(9)).toContain(100);
  expect(reachableShares(0)).toEqual([0, 1000]);
  expect(canaryPodsFor(100, 9)).toBe(1);
  expect(canaryPodsFor(1, 3)).toBe(1);
  expect(canaryPodsFor(1000, 3)).toBe(3);
  expect(nearestShare(100, 2)).toBe(333);
});

it('refuses the rest, naming what there is', () => {
  expect(unreachableShares({}, [0, 100, 500, 1000, 100], 2)).toEqual([
    {
      place: 'weight 10 %',
      problem: 'cannot be shown by 2 stable Pods and up to as many of the canary',
      remedy: 'choose of 0 %, 33.3 %, 50 %, 100 %, set router.service.approximate: true, or choose a router that splits requests',
    },
  ]);
  expect(unreachableShares({ approximate: true }, [100], 2)).toEqual([]);
});

it('comes nearest, never to nothing or all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 60 }), (share, replicas) => {
      const pods = canaryPodsFor(share, replicas);
      expect(pods).toBeGreaterThanOrEqual(1);
      expect(pods).toBeLessThanOrEqual(replicas);
      const off = Math.abs(shareOfPods(pods, replicas) - share);
      for (const other of reachableShares(replicas).filter((each) => each > 0 && each < 1000)) expect(Math.abs(other - share)).toBeGreaterThanOrEqual(off - 1);
      expect(reachableShares(replicas)).toContain(nearestShare(share, replicas));
    }),
  );
});

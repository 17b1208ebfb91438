import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canaryPodsFor } from './sizing.js';
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

import fc from 'fast-check';
import type { PlanStep } from '../../model/plan.js';
import type { Release } from '../../model/release.js';
import type { Happening } from './world.js';

/** Plans with rising weights, pauses and analyses between, and the promotion at the end. */
export const arbitrarySteps: fc.Arbitrary<PlanStep[]> = fc
  .array(
    fc.oneof(
      fc.record({ kind: fc.constant('weight' as const), share: fc.integer({ min: 1, max: 1000 }) }),
      fc.record({ kind: fc.constant('pause' as const), milliseconds: fc.integer({ min: 0, max: 20_000 }) }),
      fc.record({ kind: fc.constant('analyze' as const), milliseconds: fc.integer({ min: 0, max: 20_000 }), minimumRequests: fc.integer({ min: 0, max: 30 }) }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((steps) => {
    let share = 0;
    const rising = steps.map((step): PlanStep => (step.kind === 'weight' ? { ...step, share: (share = Math.max(share, step.share)) } : step));
    return [...(rising[0]?.kind === 'weight' ? [] : [{ kind: 'weight' as const, share: 1 }]), ...rising, { kind: 'promote' as const }];
  });

export const arbitraryRelease: fc.Arbitrary<Release> = arbitrarySteps.map((steps) => releaseWith(steps));

/** A release of these steps from `stable` to `canary`, short of patience. */
export function releaseWith(steps: PlanStep[]): Release {
  return {
    apiVersion: 'serin.dev/v1alpha1',
    kind: 'Release',
    metadata: { name: 'web-1', namespace: 'default', generation: 1 },
    spec: {
      policy: 'web',
      workload: { kind: 'Deployment', name: 'web' },
      service: 'web',
      router: { istio: {} },
      stable: { replicaSet: 'web-stable', hash: 'stable' },
      canary: { replicaSet: 'web-canary', hash: 'canary' },
      plan: { steps, sizing: 'part', readyTimeoutMilliseconds: 60_000, drainMilliseconds: 2000, judge: { maximumErrorRateIncrease: 0.02, minimumRequests: 20 } },
    },
  };
}

/** Mostly time and work going on; now and then something that people or the world do in between. */
export const arbitraryHappenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 80, arbitrary: fc.record({ kind: fc.constant('round' as const), works: fc.integer({ min: 1, max: 6 }), milliseconds: fc.integer({ min: 100, max: 4000 }) }) },
    { weight: 6, arbitrary: fc.constant<Happening>({ kind: 'controller' }) },
    { weight: 8, arbitrary: fc.constant<Happening>({ kind: 'work' }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('tick' as const), milliseconds: fc.integer({ min: 1, max: 5000 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash' as const), after: fc.integer({ min: 0, max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale' as const), replicas: fc.integer({ min: 0, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('losePod' as const), role: fc.constantFrom('stable' as const, 'canary' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('advanceTo' as const), step: fc.integer({ min: 0, max: 6 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), paused: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constantFrom<Happening>({ kind: 'abort' }, { kind: 'template', to: 'stable' }, { kind: 'template', to: 'other' }, { kind: 'unpause' }, { kind: 'deleteRelease' }, { kind: 'deletePolicy' }, { kind: 'neverReady' }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), rate: fc.constantFrom(0, 0.5, 1) }) },
  ),
  { minLength: 0, maxLength: 150, size: 'max' },
);

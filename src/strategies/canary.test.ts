import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanaryStep } from '../model/policy/steps.js';
import type { Plan } from '../model/plan.js';
import type { PolicySpec } from '../model/release-policy.js';
import { checkCanary } from './canary-checks.js';
import { compileCanary } from './canary.js';
import { compilePolicy } from './compile.js';

const policy = (steps: CanaryStep[], more: Partial<PolicySpec> = {}): PolicySpec => ({ workload: { deployment: 'web' }, service: 'web', router: { istio: {} }, strategy: { canary: { steps } }, ...more });

describe('canary', () => {
  it('compiles to steps in the same order, and the promotion behind them', () => {
    expect(compileCanary(policy([{ weight: 2.5 }, { analyze: { for: '1m' } }, { pause: {} }, { weight: 50 }, { pause: { for: '10s' } }])).steps).toEqual([
      { kind: 'weight', share: 25 },
      { kind: 'analyze', milliseconds: 60_000 },
      { kind: 'pause' },
      { kind: 'weight', share: 500 },
      { kind: 'pause', milliseconds: 10_000 },
      { kind: 'promote' },
    ]);
  });

  it('sizes by ratio where only Pods can show shares', () => {
    expect(compileCanary(policy([{ weight: 50 }])).sizing).toBe('part');
    expect(compileCanary(policy([{ weight: 50 }], { router: { service: {} } })).sizing).toBe('ratio');
  });

  it('has limits where the policy says none, and the policy’s where it does', () => {
    expect(compileCanary(policy([{ weight: 50 }]))).toMatchObject({ readyTimeoutMilliseconds: 300_000, drainMilliseconds: 5000 });
    const own = policy([{ weight: 50 }], { readyTimeout: '1m', drain: '0s' });
    expect(compileCanary(own)).toMatchObject({ readyTimeoutMilliseconds: 60_000, drainMilliseconds: 0 });
  });

  it('takes the place of stable’s Pods where the policy says so, and tells how many there are', () => {
    const inPlace = (canary: Partial<NonNullable<PolicySpec['strategy']['canary']>>, more: Partial<PolicySpec> = {}): Plan => compileCanary(policy([{ weight: 50 }], { ...more, strategy: { canary: { steps: [{ weight: 50 }], ...canary } } }));
    expect(inPlace({ inPlace: {} })).toMatchObject({ sizing: 'batch', countsPods: false, surge: { part: 250 }, unavailable: { pods: 0 } });
    expect(inPlace({ inPlace: { maxSurge: 1, maxUnavailable: '10%' } }, { router: { service: {} } })).toMatchObject({ sizing: 'batch', countsPods: true, surge: { pods: 1 }, unavailable: { part: 100 } });
    expect(inPlace({ inPlace: { maxSurge: 0, maxUnavailable: '25%' } }).unavailable).toEqual({ part: 250, pods: 1 });
    expect(inPlace({ minimumPods: 2, readyThreshold: { percent: 90 } })).toMatchObject({ sizing: 'part', minimumPods: 2, readyThreshold: { part: 900 } });
    expect(inPlace({ readyThreshold: { pods: 3 } }).readyThreshold).toEqual({ pods: 3 });
    expect(inPlace({}, { crashes: 'Wait' }).crashes).toBe('Wait');
    expect(compilePolicy({ ...policy([]), workload: { versions: { list: [{ replicaSet: 'web-1' }], old: 'Leave' } } })).toMatchObject({ steps: [{ kind: 'promote' }], leaves: true });
  });

  it('refuses sizes that say nothing or cannot be had, and nothing where weights may fall', () => {
    const problems = (canary: Partial<NonNullable<PolicySpec['strategy']['canary']>>, more: Partial<PolicySpec> = {}): string[] =>
      checkCanary({ ...policy([]), ...more, strategy: { canary: { steps: [], ...canary } } }).map(({ path, problem }) => `${path.slice(3).join('.')}: ${problem}`);
    const counted: Partial<PolicySpec> = { router: { service: {} } };
    expect(problems({ inPlace: { maxSurge: 0 } })).toEqual(['inPlace.maxSurge: with neither surge nor missing Pods nothing can move.']);
    expect(problems({ minimumPods: 2 }, counted)).toEqual(['minimumPods: nothing splits requests here: shares are what ready Pods show.']);
    expect(problems({ inPlace: {}, steps: [{ scale: { replicas: 2 } }] }, counted)).toEqual(['steps.0.scale: nothing splits requests here: in place, Pod counts are the shares.']);
    expect(problems({ inPlace: {}, minimumPods: 2, steps: [{ scale: { replicas: 2 } }] })).toEqual([]);
    expect(problems({ weightsMayFall: true, steps: [{ weight: 50 }, { weight: 20 }, { weight: 20 }] })).toEqual([]);
  });

  it('refuses weights that fall or repeat, all at once and with their places; and nothing else', () => {
    expect(checkCanary(policy([{ weight: 20 }, { weight: 10 }, { pause: {} }, { weight: 20 }])).map(({ path, problem }) => [path.slice(-2), problem])).toEqual([
      [[1, 'weight'], 'weight 10 is lower than 20 before it.'],
      [[3, 'weight'], 'weight 20 stands there twice.'],
    ]);
    const weights = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1 });
    fc.assert(
      fc.property(weights, (each) => {
        const rising = [...each].sort((a, b) => a - b).map((weight) => ({ weight }));
        expect(checkCanary(policy(rising))).toEqual([]);
      }),
    );
  });
});

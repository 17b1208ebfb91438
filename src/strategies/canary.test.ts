import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanaryStep } from '../model/policy/steps.js';
import type { PolicySpec } from '../model/release-policy.js';
import { checkCanary } from './canary-checks.js';
import { compileCanary } from './canary.js';

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

import { describe, expect, it } from 'vitest';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import { measureOf, type Measure } from './measures.js';

const measure = (metric: Omit<PlannedMetric, 'name'>, first = false): Measure | undefined => measureOf({ name: 'm', ...metric }, { first });

describe('a metric of a plan in numbers', () => {
  it.each<[string, Omit<PlannedMetric, 'name'>, Measure]>([
    ['errors with nothing said', { errorRate: {} }, { how: 'rate', settings: { worseBy: 1.5, acceptBelow: 2, negligible: 0.001, fine: 0.005 } }],
    ['errors', { errorRate: { worseBy: '3x', acceptBelow: '4.5x', negligible: '2%', fineBelow: '3.5%' } }, { how: 'rate', settings: { worseBy: 3, acceptBelow: 4.5, negligible: 0.02, fine: 0.035 } }],
    ['errors of which more are negligible than would be fine', { errorRate: { negligible: '2%' } }, { how: 'rate', settings: { worseBy: 1.5, acceptBelow: 2, negligible: 0.02, fine: 0.02 } }],
    ['errors with a limit', { errorRate: { below: '1%' } }, { how: 'knownRate', settings: { limit: 0.01, acceptBelow: 1 } }],
    ['latency with nothing said', { latency: {} }, { how: 'latency', settings: { quantile: 0.99, slower: 1.5, worseBy: 2, acceptBelow: 4 } }],
    ['latency', { latency: { percentile: 'p95', slower: '1x', worseBy: '1.5x', acceptBelow: '2x' } }, { how: 'latency', settings: { quantile: 0.95, slower: 1, worseBy: 1.5, acceptBelow: 2 } }],
    ['latency with a limit', { latency: { below: '1m30s' } }, { how: 'latencyLimit', settings: { quantile: 0.99, below: 90_000 } }],
    ['latency as a whole', { latency: { shift: 'either' } }, { how: 'shift', direction: 'either', quantile: 0.99 }],
    ['saturation', { saturation: { every: '20s' } }, { how: 'gauge', settings: { worseBy: 2, acceptBelow: 3, spacing: 20_000 }, limit: undefined }],
    ['saturation with a limit', { saturation: { below: 0.8, every: '15s' } }, { how: 'gauge', settings: { worseBy: 1, acceptBelow: 1, spacing: 15_000 }, limit: 0.8 }],
    ['a condition with nothing said', { condition: { success: 'result > 0', every: '30s' } }, { how: 'condition', settings: { failureLimit: 0, inconclusiveLimit: 0, consecutiveErrorLimit: 4, consecutiveSuccessLimit: 0 } }],
    ['a condition', { condition: { every: '30s', count: 5, failureLimit: 1, inconclusiveLimit: 2, consecutiveErrorLimit: 0, consecutiveSuccessLimit: 3 } }, { how: 'condition', settings: { count: 5, failureLimit: 1, inconclusiveLimit: 2, consecutiveErrorLimit: 0, consecutiveSuccessLimit: 3 } }],
  ])('%s', (_what, metric, expected) => expect(measure(metric)).toEqual(expected));

  it('of a first version is a limit or a condition', () => {
    expect(measure({ errorRate: { worseBy: '3x' } }, true)).toEqual({ how: 'knownRate', settings: { limit: 0.05, acceptBelow: 1 } });
    expect(measure({ errorRate: { below: '1%' } }, true)).toEqual({ how: 'knownRate', settings: { limit: 0.01, acceptBelow: 1 } });
    for (const compared of [{ latency: {} }, { latency: { shift: 'slower' as const } }, { saturation: { every: '15s' } }]) expect(measure(compared, true)).toBeUndefined();
    for (const held of [{ latency: { below: '1s' } }, { saturation: { below: 1, every: '15s' } }, { condition: { success: 'result > 0', every: '30s' } }]) expect(measure(held, true)).toBeDefined();
  });

  it('is never a number that no test can take', () => {
    expect(measure({ errorRate: { below: '0%' } })).toMatchObject({ settings: { limit: 1e-6 } });
    expect(measure({ errorRate: { below: '100%' } })).toMatchObject({ settings: { limit: 0.999 } });
    expect(measure({ errorRate: { worseBy: '0x' } })).toMatchObject({ settings: { worseBy: 0.01 } });
    expect(measure({ latency: { percentile: 'p100' } })).toMatchObject({ settings: { quantile: 0.999_99 } });
  });
});

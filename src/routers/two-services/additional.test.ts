import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { additionalFound, additionalWrites, type AdditionalDestination } from './additional.js';
import { Rig, destinationRule, toBoth, toSubsets, virtualService } from './testing/rig.js';

const rigOf = (route = toBoth(), subsets = false): Rig => {
  const rig = new Rig({ virtualServices: [{ name: 'shop' }], ...(subsets ? { destinationRule: { name: 'shop', stableSubset: 'stable', canarySubset: 'canary' } } : {}) });
  rig.cluster.put(destinationRule());
  rig.cluster.put(virtualService({ http: [{ match: [{ uri: { prefix: '/x' } }], route: [{ destination: { host: 'elsewhere' } }] }, route], tcp: [route] }));
  return rig;
};
const lead = (rig: Rig, wanted: AdditionalDestination[], known: string[] = []): number => {
  const writes = additionalWrites(rig.config, rig.cluster, 'shop', wanted, known);
  writes.forEach((write) => rig.cluster.apply(write));
  return writes.length;
};
const weights = (rig: Rig, list: 'http' | 'tcp' = 'http'): unknown => {
  const { spec } = rig.cluster.get(resources.virtualServices, 'shop')?.object ?? {};
  return Object.fromEntries((list === 'http' ? spec?.http?.[1] : spec?.tcp?.[0])?.route?.map(({ destination: { host, subset = '' }, weight }) => [host + subset, weight]) ?? []);
};
const trial = { service: 'trial', weight: 10 };

describe('Services beside those of the two versions', () => {
  it('have their part of stable’s in every route that is steered, and the canary keeps its share', () => {
    const rig = rigOf();
    rig.to(200);
    expect(lead(rig, [trial, { service: 'baseline', weight: 5 }])).toBe(1);
    for (const list of ['http', 'tcp'] as const) expect(weights(rig, list)).toEqual({ shop: 65, 'shop-canary': 20, trial: 10, baseline: 5 });
    expect(rig.read()).toMatchObject({ written: { shares: { canary: 200 } }, problems: [] });
    expect(lead(rig, [trial, { service: 'baseline', weight: 5 }])).toBe(0);
    expect(additionalFound(rig.config, rig.cluster, 'shop', ['trial', 'baseline', 'none'])).toEqual([trial, { service: 'baseline', weight: 5 }]);
    rig.to(500);
    expect(weights(rig)).toEqual({ shop: 35, 'shop-canary': 50, trial: 10, baseline: 5 });
  });

  it('go, others stay, and what they had is stable’s again, or the canary’s where all is', () => {
    const rig = rigOf();
    rig.to(200);
    lead(rig, [trial, { service: 'baseline', weight: 5 }]);
    lead(rig, [trial], ['trial', 'baseline']);
    expect(weights(rig)).toEqual({ shop: 70, 'shop-canary': 20, trial: 10 });
    rig.to(1000);
    expect(weights(rig)).toEqual({ shop: 0, 'shop-canary': 90, trial: 10 });
    lead(rig, [], ['trial']);
    expect(weights(rig)).toEqual({ shop: 0, 'shop-canary': 100 });
    expect(lead(rig, [], ['trial'])).toBe(0);
  });

  it('count in per mille where the route does, and change their part', () => {
    const rig = rigOf();
    rig.to(125);
    lead(rig, [trial]);
    expect(weights(rig)).toEqual({ shop: 775, 'shop-canary': 125, trial: 100 });
    lead(rig, [{ service: 'trial', weight: 20 }]);
    expect(weights(rig)).toEqual({ shop: 675, 'shop-canary': 125, trial: 200 });
    expect(additionalFound(rig.config, rig.cluster, 'shop', ['trial'])).toEqual([{ service: 'trial', weight: 20 }]);
  });

  it('never move the canary’s share, whatever comes and goes', () => {
    const services = ['one', 'two', 'three'];
    const wanted = fc.uniqueArray(fc.record({ service: fc.constantFrom(...services), weight: fc.integer({ min: 0, max: 60 }) }), { maxLength: 3, selector: ({ service }) => service });
    const acts = fc.array(fc.oneof(wanted, fc.integer({ min: 0, max: 300 })), { maxLength: 8 });
    fc.assert(fc.property(acts, (all) => {
      const rig = rigOf();
      let share = 0;
      for (const act of all) {
        if (typeof act === 'number') {
          lead(rig, [], services);
          rig.to(act);
          share = act;
        } else lead(rig, act, services);
        const now = weights(rig) as Record<string, number>;
        const sum = Object.values(now).reduce((total, each) => total + each, 0);
        expect([100, 1000]).toContain(sum);
        expect(((now['shop-canary'] ?? 0) * 1000) / sum).toBe(share);
        expect(Math.min(...Object.values(now))).toBeGreaterThanOrEqual(0);
        expect(lead(rig, additionalFound(rig.config, rig.cluster, 'shop', services), services)).toBe(0);
      }
      lead(rig, [], services);
      expect(Object.keys(weights(rig) as object)).toEqual(['shop', 'shop-canary']);
    }), { numRuns: 60 });
  });

  it('stand beside subsets, and get nothing where stable has not that much', () => {
    const rig = rigOf(toSubsets(), true);
    rig.to(200);
    lead(rig, [trial]);
    expect(weights(rig)).toEqual({ shopstable: 70, shopcanary: 20, trial: 10 });
    lead(rig, [{ service: 'greedy', weight: 90 }], ['trial']);
    expect(weights(rig)).toEqual({ shopstable: 70, shopcanary: 20, trial: 10 });
  });
});

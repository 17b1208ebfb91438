import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { WHOLE, splitOf } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { Claim, RoutingPlan } from '../router.js';
import { TestCluster } from '../testing/cluster.js';
import { destinationRule, reviewsContext, reviewsService, virtualService } from '../testing/manifests.js';
import type { HttpRoute, IstioConfig, VirtualService } from './objects.js';
import { istioRouter } from './router.js';
import { versionOf } from './subset-names.js';

const config: IstioConfig = { settleSeconds: 3 };
const context = reviewsContext();
const RUNS = 200;
const covered: Record<string, number> = {};
const count = (what: string): void => void (covered[what] = (covered[what] ?? 0) + 1);

const ourRoute: fc.Arbitrary<HttpRoute> = fc
  .record({
    name: fc.constantFrom('', '', 'primary', 'a', 'b'),
    path: fc.constantFrom('/x', '/y', '/z'),
    timeout: fc.constantFrom(undefined, '1s'),
    subset: fc.constantFrom(undefined, undefined, 'app'),
    host: fc.constantFrom('reviews', 'reviews.shop.svc.cluster.local'),
    weights: fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 }),
    unknown: fc.boolean(),
  })
  .map(({ name, path, timeout, subset, host, weights, unknown }) => ({
    ...(name === '' ? {} : { name }),
    match: [{ uri: { prefix: path } }],
    ...(timeout ? { timeout } : {}),
    ...(unknown ? { 'x-unknown': { kept: [1, 2] } } : {}),
    route: weights.map((weight, index) => ({
      destination: { host, port: { number: 9080 + index }, ...(subset ? { subset } : {}) },
      ...(weights.length > 1 || weight % 3 === 0 ? { weight } : {}),
      ...(unknown ? { headers: { request: { set: { via: 'x' } } } } : {}),
    })),
  }));
const otherRoute: fc.Arbitrary<HttpRoute> = fc.constantFrom<HttpRoute>(
  { match: [{ uri: { prefix: '/ratings' } }], route: [{ destination: { host: 'ratings' } }] },
  { name: 'moved', redirect: { uri: '/elsewhere' } },
);

type Edit = (http: HttpRoute[]) => HttpRoute[];
const at = fc.nat({ max: 20 });
const edit: fc.Arbitrary<{ readonly what: string; readonly edit: Edit }> = fc.oneof(
  fc.tuple(at, otherRoute).map(([n, route]) => ({ what: 'insert', edit: (http: HttpRoute[]) => http.toSpliced(n % (http.length + 1), 0, route) })),
  at.map((n) => ({ what: 'delete', edit: (http: HttpRoute[]) => http.filter((_, index) => index !== n % Math.max(http.length, 1)) })),
  at.map((n) => ({ what: 'rename', edit: (http: HttpRoute[]) => http.map((route, index) => (index === n % http.length ? { ...route, name: `renamed-${n}` } : route)) })),
  at.map((n) => ({ what: 'change timeout', edit: (http: HttpRoute[]) => http.map((route, index) => (index === n % http.length ? { ...route, timeout: `${n + 2}s` } : route)) })),
  fc.constant({ what: 'reverse', edit: (http: HttpRoute[]) => http.toReversed() }),
);
/** Changes more of destinations than weights: from then on it is the user's to say what they should be. */
const touch: fc.Arbitrary<{ readonly what: string; readonly edit: Edit; readonly taints: true }> = at.map((n) => ({
  what: 'touch destinations',
  taints: true,
  edit: (http: HttpRoute[]) =>
    http.map((route, index) => (index === n % http.length && route.route ? { ...route, route: [...route.route, { destination: { host: 'ratings' }, weight: 1 }] } : route)),
}));
type Step = { readonly share: number; readonly stages: number } | { readonly what: string; readonly edit: Edit; readonly taints?: true } | 'put back';
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ share: fc.oneof(fc.integer({ min: 0, max: WHOLE }), fc.constantFrom(0, 100, WHOLE)), stages: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 6, arbitrary: edit },
  { weight: 3, arbitrary: fc.constant('put back' as const) },
  { weight: 1, arbitrary: touch },
);

/** One run: the cluster, and beside it what the user's object would be had nothing steered it. */
class Run {
  readonly cluster = new TestCluster();
  claims: readonly Claim[] = [];
  tainted = false;
  http: HttpRoute[];

  constructor(http: HttpRoute[]) {
    this.http = http;
    this.cluster.put(reviewsService());
    this.cluster.put(destinationRule({ subsets: [{ name: 'app', labels: { app: 'reviews' }, trafficPolicy: { outlierDetection: {} } }] }));
    this.cluster.put(virtualService(structuredClone(http)));
  }

  get virtualService(): VirtualService {
    const found = this.cluster.get(resources.virtualServices, 'reviews');
    if (!found) throw new Error('no VirtualService');
    return found.object;
  }

  edit(change: Edit): void {
    this.http = change(this.http);
    this.cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => void (spec.http = change(spec.http ?? [])));
  }

  /** Does what the first stage that is not reached asks for. @returns false when there is nothing to do */
  advance({ stages }: RoutingPlan): boolean {
    const stage = stages.find(({ writes, waitsFor }) => writes.length > 0 || waitsFor !== undefined);
    if (!stage) return false;
    if (stage.writes.length === 0 && stage.waitsUntil === undefined) return false;
    if (stage.writes.length === 0) this.cluster.now = stage.waitsUntil ?? this.cluster.now;
    for (const write of stage.writes) {
      const before = this.virtualService;
      const referencing = write.action === 'patch' && write.resource.kind === 'VirtualService';
      this.cluster.apply(write);
      this.expectOnlyDestinationsChanged(before);
      this.expectSubsets(referencing);
    }
    return true;
  }

  write(share: number): RoutingPlan {
    const plan = istioRouter.write(config, splitOf(share), this.cluster, this.claims, context);
    this.claims = structuredClone(plan.claims);
    return plan;
  }

  /** (b) */
  expectOnlyDestinationsChanged(before: VirtualService): void {
    const strip = (http: HttpRoute[] | undefined) => http?.map(({ route: _route, ...rest }) => rest);
    const after = this.virtualService;
    expect(strip(after.spec.http)).toEqual(strip(before.spec.http));
    expect({ ...after.spec, http: [] }).toEqual({ ...before.spec, http: [] });
    before.spec.http?.forEach((route, index) => {
      if (!(route.route ?? []).some(({ destination }) => destination.host.startsWith('reviews'))) expect(after.spec.http?.[index]).toEqual(route);
    });
    expect(this.cluster.get(resources.destinationRules, 'reviews')?.object.metadata.generation).toBe(1);
  }

  /** (d) @param accepted whether the subsets must have been handed out, too */
  expectSubsets(accepted: boolean): void {
    const rule = this.cluster.get(resources.destinationRules, 'reviews-serin');
    const named = (this.virtualService.spec.http ?? []).flatMap(({ route = [] }) => route.flatMap(({ destination }) => destination.subset ?? [])).filter((name) => versionOf(name) !== undefined);
    for (const name of named) expect(rule?.object.spec.subsets?.map((subset) => subset.name)).toContain(name);
    if (accepted && named.length > 0) expect(this.cluster.now - (rule?.unchangedSince ?? Infinity)).toBeGreaterThanOrEqual(3000);
  }

  /** (a) */
  expectWhole(): void {
    const { written } = istioRouter.read(config, this.cluster, this.claims, context);
    if (written) expect(written.shares.stable + written.shares.canary).toBe(WHOLE);
  }
}

it('holds for any VirtualService, any splits, and edits of others between', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(ourRoute, ourRoute, otherRoute), { minLength: 1, maxLength: 5 }), fc.array(step, { maxLength: 10 }), (http, steps) => {
      const run = new Run(http);
      for (const each of steps) {
        if (each === 'put back') {
          run.edit(() => structuredClone(run.http));
          count('put back');
        } else if ('edit' in each) {
          run.edit(each.edit);
          run.tainted ||= each.taints === true;
          count(each.what);
        } else {
          let moving = true;
          for (let stage = 0; stage < each.stages && moving; stage++) moving = run.advance(run.write(each.share));
          const plan = run.write(each.share);
          const reached = plan.stages.every(({ writes, waitsFor }) => writes.length === 0 && waitsFor === undefined);
          const state = istioRouter.read(config, run.cluster, run.claims, context);
          if (reached) {
            count('reached');
            expect(state).toMatchObject({ written: splitOf(each.share), accepted: splitOf(each.share) });
            expect(run.advance(run.write(each.share))).toBe(false); // (e)
          } else if (!moving) count('held');
        }
        run.expectWhole();
      }
      const release = (): RoutingPlan => istioRouter.release(config, run.cluster, run.claims, context);
      for (let stage = 0; stage < 10 && run.advance(release()); stage++);
      if (run.tainted) {
        count('edited by hand');
        return run.expectSubsets(false);
      }
      const left = run.virtualService.spec.http ?? [];
      // (c): back as it was; where an edit left it uncertain what to put back, the route still works and nothing wrong is in it
      left.forEach((route, index) => {
        if (equalJson(route, run.http[index])) return;
        expect((route.route ?? []).every(({ destination }) => versionOf(destination.subset) !== undefined)).toBe(true);
        expect(release().stages.some(({ waitsFor }) => waitsFor !== undefined)).toBe(true);
      });
      const restored = equalJson(left, run.http);
      count(restored ? 'restored' : 'left to a person');
      if (restored) expect(run.cluster.get(resources.destinationRules, 'reviews-serin')).toBeUndefined();
      else run.expectSubsets(false);
    }),
    { numRuns: RUNS },
  );
});

it('puts back exactly what it found when nobody else touches it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(ourRoute, ourRoute, otherRoute), { minLength: 1, maxLength: 6 }), fc.array(fc.integer({ min: 0, max: WHOLE }), { minLength: 1, maxLength: 4 }), (http, shares) => {
      const run = new Run(http);
      for (const share of shares) while (run.advance(run.write(share)));
      while (run.advance(istioRouter.release(config, run.cluster, run.claims, context)));
      expect(run.virtualService.spec.http).toEqual(http);
      expect(run.cluster.get(resources.destinationRules, 'reviews-serin')).toBeUndefined();
    }),
  );
});

afterAll(() => {
  console.info(`covered: ${Object.entries(covered).map(([what, times]) => `${what} ${times}`).join(', ')}`);
});

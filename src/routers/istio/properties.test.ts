import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { Claim, RoutingPlan } from '../router.js';
import { CANARY, STABLE, destinationRule, reviewsContext, reviewsService, virtualService } from '../testing/manifests.js';
import { expectEqual } from '../testing/expect-equal.js';
import { openStage, TestCluster } from '../testing/cluster.js';
import { isExtra } from './extra-names.js';
import { mirrorFields, mirrorsOf } from './mirroring.js';
import type { HttpRoute, IstioConfig, VirtualService } from './objects.js';
import { istioRouter } from './router.js';
import { versionOf } from './subset-names.js';

const config: IstioConfig = { settleSeconds: 3 };
const context = reviewsContext();
const RUNS = 100;
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
    mirroring: fc.constantFrom<HttpRoute>({}, {}, {}, { mirror: { host: 'shadow' }, mirrorPercentage: { value: 5 } }, { mirror: { host: 'shadow' } }, { mirrors: [{ destination: { host: 'shadow' } }] }),
    header: fc.constantFrom(undefined, undefined, 'eu'),
  })
  .map(({ name, path, timeout, subset, host, weights, unknown, mirroring, header }) => ({
    ...mirroring,
    ...(name === '' ? {} : { name }),
    match: [{ uri: { prefix: path }, ...(header ? { headers: { region: { exact: header } } } : {}) }],
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

const isOurs = (route: HttpRoute): boolean => isExtra(route, 'reviews');

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
/** What a split may ask for beside shares. */
const extras: fc.Arbitrary<Omit<Split, 'shares'>> = fc
  .record({
    matches: fc.constantFrom<Split['matches']>(undefined, undefined, [{ headers: [{ name: 'user', exact: 'a' }] }], [{ cookies: [{ name: 'tester' }] }, { headers: [{ name: 'region', prefix: 'e' }] }]),
    mirror: fc.constantFrom(undefined, undefined, 0, 5, 500),
    mirrors: fc.constantFrom<Split['mirrors']>(undefined, undefined, [{ share: 50, matches: [{ path: { prefix: '/x' } }, { method: { exact: 'GET' } }] }, { share: 1000, matches: [{ headers: [{ name: 'user', exact: 'a' }] }] }]),
    sticky: fc.constantFrom<Split['sticky']>(undefined, undefined, { cookie: 'v', maxAgeSeconds: 60 }),
    preview: fc.constantFrom<Split['preview']>(undefined, undefined, undefined, { path: '/green' }, { host: 'green.example.com' }, { path: '/green', host: 'blue.example.com' }),
  })
  .map((asked) => Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)));
type Step = { readonly share: number; readonly stages: number; readonly beside: Omit<Split, 'shares'> } | { readonly what: string; readonly edit: Edit; readonly taints?: true } | 'put back';
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ share: fc.oneof(fc.integer({ min: 0, max: WHOLE }), fc.constantFrom(0, 100, WHOLE)), stages: fc.integer({ min: 1, max: 8 }), beside: extras }) },
  { weight: 6, arbitrary: edit },
  { weight: 3, arbitrary: fc.constant('put back' as const) },
  { weight: 1, arbitrary: touch },
);

/** What of a VirtualService is the user's alone: all but destinations and mirrors of routes to the Service, and routes of ours. */
function usersPart({ spec }: VirtualService): unknown {
  const users = (spec.http ?? []).filter((route) => !isOurs(route));
  return {
    spec: { ...spec, http: [] },
    routes: users.map((route) => Object.fromEntries(Object.entries(route).filter(([field]) => field !== 'route' && !mirrorFields.some((each) => each === field)))),
    shadows: users.map((route) => mirrorsOf(route).filter(({ host }) => host === 'shadow')),
    // What the user's destinations add to requests stays with each part of them.
    marks: users.map(({ route = [] }) => [...new Set(route.map(({ headers }) => headers?.request?.set?.['via'] ?? ''))]),
    others: users.filter(({ route = [] }) => !route.some(({ destination }) => destination.host.startsWith('reviews'))),
  };
}

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
    this.cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      const all = spec.http ?? [];
      const edited = change(all.filter((route) => !isOurs(route)));
      // Routes of ours stay about where they were, in between what is the user's.
      all.forEach((route, index) => isOurs(route) && edited.splice(index, 0, route));
      spec.http = edited;
    });
  }

  /** Does what the first stage that is not reached asks for. @returns false when there is nothing to do */
  advance(plan: RoutingPlan): boolean {
    const stage = openStage(plan);
    if (!stage) return false;
    if (stage.writes.length === 0 && stage.waitsUntil === undefined) return false;
    if (stage.writes.length === 0) this.cluster.now = stage.waitsUntil ?? this.cluster.now;
    for (const write of stage.writes) {
      const before = this.virtualService;
      const referencing = write.action !== 'delete' && write.resource.kind === 'VirtualService';
      this.cluster.apply(write);
      this.expectOnlyDestinationsChanged(before);
      this.expectSubsets(referencing);
    }
    return true;
  }

  /** Goes so many stages towards a split. @returns false when it came to an end before, which need not be a good one */
  go(split: Split, stages: number): boolean {
    for (let stage = 0; stage < stages; stage++) if (!this.advance(this.write(split))) return false;
    return true;
  }

  write(split: Split): RoutingPlan {
    const plan = istioRouter.write(config, split, this.cluster, this.claims, context);
    this.claims = structuredClone(plan.claims);
    return plan;
  }

  /** (b) */
  expectOnlyDestinationsChanged(before: VirtualService): void {
    const after = this.virtualService;
    if (after !== before) expectEqual(usersPart(after), usersPart(before));
    expectEqual(this.cluster.get(resources.destinationRules, 'reviews')?.object.metadata.generation, 1);
  }

  /** (d) @param accepted whether the subsets must have been handed out, too */
  expectSubsets(accepted: boolean): void {
    const rule = this.cluster.get(resources.destinationRules, 'reviews-serin');
    const http = this.cluster.list(resources.virtualServices).flatMap(({ spec }) => spec.http ?? []);
    const named = http.flatMap((route) => [...(route.route ?? []).map(({ destination }) => destination), ...mirrorsOf(route)].flatMap(({ subset }) => subset ?? [])).filter((name) => versionOf(name) !== undefined);
    const defined = new Set(rule?.object.spec.subsets?.map((subset) => subset.name));
    expectEqual(named.filter((name) => !defined.has(name)), []);
    if (accepted && named.length > 0 && !(this.cluster.now - (rule?.unchangedSince ?? Infinity) >= 3000)) throw new Error('routes name subsets that were not handed out');
  }

  /** (f) Routes of our own lead where they say, and there are none that the split does not ask for. */
  expectExtras({ shares, matches, mirrors, sticky, preview }: Split): void {
    const both = shares.stable > 0 && shares.canary > 0;
    for (const { name = '', route = [], ...rest } of (this.virtualService.spec.http ?? []).filter(isOurs)) {
      const [, kind] = /-(\w+)-\d+$/.exec(name) ?? [];
      expect(kind === 'match' ? matches : kind === 'copy' ? mirrors : kind === 'preview' ? preview?.path : sticky && both).toBeDefined();
      expect(kind === 'canary' || kind === 'stable' ? both : true).toBe(true);
      if (kind === 'copy') {
        // Requests that are copied are split as all others, and all copies go to the canary.
        const weight = (hash: string): number => route.filter(({ destination }) => versionOf(destination.subset) === hash).reduce((sum, each) => sum + (each.weight ?? 0), 0);
        expect(WHOLE * weight(CANARY)).toBe(shares.canary * (weight(STABLE) + weight(CANARY)));
        expect(versionOf(rest.mirrors?.at(-1)?.destination.subset)).toBe(CANARY);
        count('route of our own: copy');
        continue;
      }
      for (const { destination } of route) expect(versionOf(destination.subset)).toBe(kind === 'stable' ? STABLE : CANARY);
      expect(rest.match?.every(({ headers = {}, uri }) => Object.keys(headers).length > 0 || Object.values(uri ?? {}).some((path) => path.startsWith('/green')))).toBe(true);
      count(`route of our own: ${kind}`);
    }
  }

  /** (a) */
  expectWhole(): void {
    const { written } = istioRouter.read(config, this.cluster, this.claims, context);
    if (written) expectEqual(written.shares.stable + written.shares.canary, WHOLE);
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
          const split = { ...splitOf(each.share), ...each.beside };
          const moving = run.go(split, each.stages);
          if (!openStage(run.write(split))) {
            count('reached');
            expect(istioRouter.read(config, run.cluster, run.claims, context)).toMatchObject({ written: splitOf(each.share), accepted: splitOf(each.share) });
            run.expectExtras(split);
            expectEqual(openStage(run.write(split)), undefined); // (e)
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
        expect(isOurs(route)).toBe(false);
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
    fc.property(fc.array(fc.oneof(ourRoute, ourRoute, otherRoute), { minLength: 1, maxLength: 6 }), fc.array(fc.tuple(fc.integer({ min: 0, max: WHOLE }), extras), { minLength: 1, maxLength: 4 }), (http, splits) => {
      const run = new Run(http);
      for (const [share, beside] of splits) while (run.advance(run.write({ ...splitOf(share), ...beside })));
      while (run.advance(istioRouter.release(config, run.cluster, run.claims, context)));
      expect(run.virtualService.spec.http).toEqual(http);
      expect(run.cluster.get(resources.destinationRules, 'reviews-serin')).toBeUndefined();
      expect(run.cluster.list(resources.virtualServices)).toHaveLength(1);
    }),
    { numRuns: RUNS / 2 },
  );
});

afterAll(() => {
  console.info(`covered: ${Object.entries(covered).map(([what, times]) => `${what} ${times}`).join(', ')}`);
});

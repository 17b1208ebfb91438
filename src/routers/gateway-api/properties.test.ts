import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import type { Claim, RoutingPlan } from '../router.js';
import { expectEqual } from '../testing/expect-equal.js';
import { openStage } from '../testing/cluster.js';
import { CANARY, reviewsContext } from '../testing/manifests.js';
import { routeResource, type BackendRef, type Filter, type Rule } from './objects.js';
import { gatewayApiRouter } from './router.js';
import { advance, pinOf, route, routedCluster, settle } from './testing/routed-cluster.js';

const context = reviewsContext();
const resource = routeResource('HTTPRoute');
const RUNS = 50;
/** How long a change is given to be handed out, in milliseconds. */
const SETTLE = 2_000;
const covered: Record<string, number> = {};
const count = (what: string): void => void (covered[what] = (covered[what] ?? 0) + 1);

const filter: fc.Arbitrary<readonly Filter[] | undefined> = fc.constantFrom(undefined, [], [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'via', value: 'x' }] } }]);
const ref: fc.Arbitrary<BackendRef> = fc
  .record({ name: fc.constantFrom('reviews', 'reviews', 'reviews', 'legacy'), port: fc.constantFrom(9080, 9080, 9081), weight: fc.constantFrom(undefined, 1, 3, 10, 90, 0), filters: filter })
  .map(({ name, port, weight, filters }): BackendRef => ({ name, port, ...(weight === undefined ? {} : { weight }), ...(filters === undefined ? {} : { filters }) }));
const ourRule: fc.Arbitrary<Rule> = fc
  .record({
    name: fc.constantFrom('', '', 'primary', 'a', 'b'),
    path: fc.constantFrom(undefined, '/x', '/y', '/z'),
    filters: filter,
    refs: fc.uniqueArray(ref, { minLength: 1, maxLength: 3, selector: ({ name, port }) => `${name}:${port ?? ''}` }),
    timeout: fc.constantFrom(undefined, '1s'),
  })
  .map(({ name, path, filters, refs, timeout }): Rule & { timeouts?: object } => ({
    ...(name === '' ? {} : { name }),
    ...(path ? { matches: [{ path: { type: 'PathPrefix' as const, value: path } }] } : {}),
    ...(filters ? { filters } : {}),
    ...(timeout ? { timeouts: { request: timeout } } : {}),
    backendRefs: refs,
  }));
const otherRule: fc.Arbitrary<Rule> = fc.constantFrom<Rule>(
  { matches: [{ path: { type: 'PathPrefix', value: '/ratings' } }], backendRefs: [{ name: 'ratings', port: 9080 }] },
  { name: 'moved', filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'elsewhere.example.com' } }] },
);
const someRules = fc.tuple(fc.constantFrom<Rule>({ backendRefs: [{ name: 'reviews', port: 9080 }] }, { name: 'a', backendRefs: [{ name: 'reviews', port: 9080, weight: 7 }, { name: 'legacy', port: 9080, weight: 3 }] }), fc.array(fc.oneof(ourRule, ourRule, otherRule), { maxLength: 3 }), fc.boolean()).map(([first, others, isLast]) => {
  const rules = isLast ? [...others, first] : [first, ...others];
  const names = new Set<string>();
  // Names of rules are unique in a route.
  return rules.map(({ name, ...rest }) => (name === undefined || names.has(name) ? rest : (names.add(name), { name, ...rest })));
});

const extras: fc.Arbitrary<Omit<Split, 'shares'>> = fc.constantFrom<Omit<Split, 'shares'>>(
  {}, {}, {},
  { matches: [{ headers: [{ name: 'x-group', exact: 'testers' }] }] },
  { mirror: 500 },
  { sticky: { cookie: 'serin', maxAgeSeconds: 60 } },
  { preview: { path: '/green' } },
);
const someSplit = fc.record({ share: fc.oneof(fc.integer({ min: 0, max: WHOLE }), fc.constantFrom(0, 100, WHOLE)), more: extras }).map(({ share, more }): Split => ({ ...splitOf(share), ...more }));

type Edit = (rules: readonly Rule[]) => readonly Rule[];
const at = fc.nat({ max: 20 });
const edit: fc.Arbitrary<{ readonly what: string; readonly edit: Edit }> = fc.oneof(
  fc.tuple(at, otherRule).map(([n, rule]) => ({ what: 'insert', edit: (rules: readonly Rule[]) => rules.toSpliced(n % (rules.length + 1), 0, rule) })),
  at.map((n) => ({ what: 'delete', edit: (rules: readonly Rule[]) => (rules.length < 2 ? rules : rules.toSpliced(n % rules.length, 1)) })),
  at.map((n) => ({ what: 'rename', edit: (rules: readonly Rule[]) => rules.map((rule, index) => (index === n % rules.length ? { ...rule, name: `renamed-${n}` } : rule)) })),
  at.map((n) => ({ what: 'change timeout', edit: (rules: readonly Rule[]) => rules.map((rule, index) => (index === n % rules.length ? { ...rule, timeouts: { request: `${n + 2}s` } } : rule)) })),
  fc.constant({ what: 'reverse', edit: (rules: readonly Rule[]) => rules.toReversed() }),
);
/** Changes more of backendRefs than weights: from then on it is the user's to say what they should be. */
const touch: typeof edit = at.map((n) => ({
  what: 'touch backendRefs',
  edit: (rules: readonly Rule[]) => rules.map((rule, index) => (index === n % rules.length && rule.backendRefs ? { ...rule, backendRefs: [...rule.backendRefs, { name: 'ratings', port: n + 1 }] } : rule)),
}));
type Step = { readonly split: Split; readonly stages: number } | { readonly what: string; readonly edit: Edit } | 'put back';
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ split: someSplit, stages: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 5, arbitrary: edit },
  { weight: 2, arbitrary: fc.constant('put back' as const) },
  { weight: 1, arbitrary: touch },
);

const isAdded = ({ name }: Rule): boolean => name?.startsWith('serin.reviews.') ?? false;
const weight = (refs: readonly BackendRef[], ...names: string[]): number => refs.reduce((sum, each) => sum + (names.includes(each.name) ? (each.weight ?? 1) : 0), 0);
const ALL = ['reviews', 'reviews-canary', 'legacy', 'ratings'];
const serves = ({ backendRefs = [] }: Rule): boolean => weight(backendRefs, 'reviews', 'reviews-canary') > 0;

/** What an API server makes of rules: defaults filled in. */
function defaulted(rules: readonly Rule[]): Rule[] {
  return rules.map((rule) => ({
    ...rule,
    matches: (rule.matches ?? [{}]).map((match) => ({ ...match, path: { type: 'PathPrefix' as const, value: '/', ...match.path }, ...(match.headers ? { headers: match.headers.map((header) => ({ type: 'Exact' as const, ...header })) } : {}) })),
    ...(rule.backendRefs ? { backendRefs: rule.backendRefs.map((each) => ({ group: '', kind: 'Service', weight: 1, ...each })) } : {}),
    ...(rule.filters ? { filters: rule.filters.map((each) => (each.requestMirror ? { ...each, requestMirror: { ...each.requestMirror, backendRef: { group: '', kind: 'Service', ...each.requestMirror.backendRef } } } : each)) } : {}),
  }));
}

/** One run: the cluster, and beside it what the user's rules would be had nothing steered them. */
class Run {
  readonly cluster = routedCluster();
  claims: readonly Claim[] = [];
  rules: readonly Rule[];
  readonly #fill: (rules: readonly Rule[]) => readonly Rule[];

  constructor(rules: readonly Rule[], fills: boolean) {
    this.#fill = fills ? defaulted : (same) => same;
    this.rules = this.#fill(structuredClone(rules));
    this.cluster.put(route(this.rules));
    settle(this.cluster);
  }

  get present(): readonly Rule[] {
    return this.cluster.get(resource, 'reviews')?.object.spec.rules ?? [];
  }

  edit(change: Edit): void {
    this.rules = this.#fill(change(this.rules));
    const added = this.present.filter(isAdded);
    this.#set([...change(this.present.filter((rule) => !isAdded(rule))), ...added], 'kubectl');
  }

  putBack(): void {
    this.#set(this.rules, 'kubectl');
  }

  #set(rules: readonly Rule[], manager: string): void {
    this.cluster.edit(resource, 'reviews', ({ spec }) => void Object.assign(spec, { rules: structuredClone(this.#fill(rules)) }), manager);
  }

  advance(plan: RoutingPlan): boolean {
    const before = this.present;
    const { now } = this.cluster;
    const since = this.cluster.get(resource, 'reviews')?.unchangedSince ?? 0;
    const { done } = advance(this.cluster, plan);
    if (!equalJson(before, this.present)) this.#set(this.present, 'serin');
    this.expectOnlyOursChanged(before);
    this.expectNamedBetween(before, now - since >= SETTLE);
    settle(this.cluster);
    return !done;
  }

  write(split: Split): RoutingPlan {
    const plan = gatewayApiRouter.write({}, split, this.cluster, this.claims, context);
    this.claims = structuredClone(plan.claims);
    return plan;
  }

  /** Nothing but backendRefs and mirrors of rules that lead to the program, and rules that were added. */
  expectOnlyOursChanged(before: readonly Rule[]): void {
    const users = (rules: readonly Rule[]): readonly Rule[] => rules.filter((rule) => !isAdded(rule));
    const strip = (rules: readonly Rule[]) => users(rules).map(({ backendRefs: _refs, filters = [], ...rest }) => ({ ...rest, filters: filters.filter(({ requestMirror }) => requestMirror === undefined) }));
    if (this.present === before) return;
    expectEqual(strip(this.present), strip(before));
    users(before).forEach((rule, index) => !serves(rule) && expectEqual(users(this.present)[index], rule));
  }

  /** No rule sends to the canary that has not named it before for as long as it takes to hand that out, or forgets it at once. */
  expectNamedBetween(before: readonly Rule[], handedOut: boolean): void {
    const users = (rules: readonly Rule[]): readonly Rule[] => rules.filter((rule) => !isAdded(rule));
    users(before).forEach(({ backendRefs: was = [] }, index) => {
      const { backendRefs: is = [] } = users(this.present)[index] ?? {};
      const [sent, sends] = [weight(was, 'reviews-canary') > 0, weight(is, 'reviews-canary') > 0];
      const names = (refs: readonly BackendRef[]): boolean => refs.some(({ name }) => name === 'reviews-canary');
      if (!sent && sends) expect({ named: names(was), handedOut }).toEqual({ named: true, handedOut: true });
      if (sent && !sends) expect(names(is)).toBe(true);
      if (!sent && sends) count('sent to what was named');
    });
    if (users(before).some((rule) => serves(rule) && weight(rule.backendRefs ?? [], 'reviews-canary') === 0)) {
      const added = (rules: readonly Rule[]): number => rules.filter(isAdded).length;
      if (added(before) === 0 && added(this.present) > 0) expect(handedOut).toBe(true);
    }
  }

  /** Nothing leads to a Service for the canary that is not there, or that leads elsewhere. */
  expectCanaryService(): void {
    if (JSON.stringify(this.present).includes('reviews-canary')) expectEqual(pinOf(this.cluster, 'reviews-canary'), CANARY);
  }

  /** Each rule gives the canary its share, exactly, of what goes to the program, and others what they had. */
  expectShares(share: number): void {
    const users = this.present.filter((rule) => !isAdded(rule));
    users.forEach(({ backendRefs: now = [] }, index) => {
      const found = this.rules[index]?.backendRefs ?? [];
      if (!serves({ backendRefs: found })) return;
      const part = (refs: readonly BackendRef[], name: string): number => weight(refs, name) / weight(refs, ...ALL);
      expect(part(now, 'legacy')).toBeCloseTo(part(found, 'legacy'), 12);
      expect(weight(now, 'reviews-canary') * WHOLE).toBe(share * weight(now, 'reviews', 'reviews-canary'));
      for (const each of now) expect(Number.isInteger(each.weight ?? 1) && (each.weight ?? 1) <= 1_000_000).toBe(true);
    });
  }
}

it('holds for any route, any splits, and edits of others between', () => {
  fc.assert(
    fc.property(someRules, fc.boolean(), fc.array(step, { maxLength: 8 }), (rules, fills, steps) => {
      const run = new Run(rules, fills);
      for (const each of steps) {
        if (each === 'put back') {
          run.putBack();
          count('put back');
        } else if ('edit' in each) {
          run.edit(each.edit);
          count(each.what);
        } else {
          let moving = true;
          for (let stage = 0; stage < each.stages && moving; stage++) {
            moving = run.advance(run.write(each.split));
            run.expectCanaryService();
          }
          const reached = openStage(run.write(each.split)) === undefined;
          const state = gatewayApiRouter.read({}, run.cluster, run.claims, context);
          if (reached) {
            count('reached');
            expect(state).toMatchObject({ written: { shares: each.split.shares }, accepted: { shares: each.split.shares } });
            run.expectShares(each.split.shares.canary);
            expectEqual(openStage(run.write(each.split)), undefined);
          } else if (!moving) count('held');
          if (state.written) expect(state.written.shares.stable + state.written.shares.canary).toBe(WHOLE);
        }
        settle(run.cluster);
      }
      const release = (): RoutingPlan => gatewayApiRouter.release({}, run.cluster, run.claims, context);
      for (let stage = 0; stage < 12 && run.advance(release()); stage++);
      const restored = equalJson(run.present, run.rules);
      count(restored ? 'restored' : 'left to a person');
      if (restored) expect(pinOf(run.cluster, 'reviews-canary')).toBeUndefined();
      else {
        // Where an edit left it uncertain what to put back, the route still works, and that is said.
        run.expectCanaryService();
        expect(release().stages.some(({ waitsFor }) => waitsFor !== undefined)).toBe(true);
      }
    }),
    { numRuns: RUNS },
  );
});

it('puts back exactly what it found when nobody else touches it', () => {
  fc.assert(
    fc.property(someRules, fc.boolean(), fc.array(someSplit, { minLength: 1, maxLength: 4 }), (rules, fills, splits) => {
      const run = new Run(rules, fills);
      for (const split of splits) while (run.advance(run.write(split)));
      while (run.advance(gatewayApiRouter.release({}, run.cluster, run.claims, context)));
      expect(run.present).toEqual(run.rules);
      expect(pinOf(run.cluster, 'reviews')).toBeUndefined();
      expect(pinOf(run.cluster, 'reviews-canary')).toBeUndefined();
    }),
    { numRuns: RUNS },
  );
});

afterAll(() => {
  console.info(`covered: ${Object.entries(covered).map(([what, times]) => `${what} ${times}`).join(', ')}`);
});

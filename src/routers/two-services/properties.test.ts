import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import type { Match } from '../../model/match.js';
import { splitOf, WHOLE, type Split as Asked } from '../../model/split.js';
import type { RoutingPlan } from '../router.js';
import { openStage } from '../testing/cluster.js';
import { expectEqual } from '../testing/expect-equal.js';
import { restingWrites } from './router.js';
import { HASH, Rig, destinationRule, httpRoute, ingress, path, toBoth, toSubsets, virtualService } from './testing/rig.js';
import { answeredByCanary, splitsNow, type Split } from './testing/what-requests-meet.js';

const RUNS = 80;
const covered: Record<string, number> = {};
const count = (what: string): void => void (covered[what] = (covered[what] ?? 0) + 1);

interface Objects {
  readonly ingresses: number;
  readonly hosts: boolean;
  readonly subsets: boolean;
  readonly routes: boolean;
  /** Whether others have a fifth of what is split. */
  readonly others: boolean;
  /** Whether the Services change roles when a release goes well. */
  readonly turns: boolean;
}

const objects: fc.Arbitrary<Objects> = fc
  .record({ ingresses: fc.integer({ min: 0, max: 2 }), hosts: fc.boolean(), subsets: fc.boolean(), routes: fc.boolean(), others: fc.boolean(), turns: fc.boolean() })
  .filter(({ ingresses, hosts, subsets, routes }) => (ingresses > 0 || hosts || subsets || routes) && !(hosts && subsets) && !(subsets && (ingresses > 0 || routes)))
  .map((which) => ({ ...which, turns: which.turns && which.ingresses === 0 && !which.subsets }));

const match: Match = { name: 'testers', headers: [{ name: 'x-tester', exact: 'yes' }] };
interface Step { readonly share: number; readonly stages: number; readonly matched: boolean; readonly copied: boolean; readonly lag: number }
const step: fc.Arbitrary<Step> = fc.record({
  share: fc.oneof(fc.integer({ min: 0, max: 700 }), fc.constantFrom(0, 100, 500, WHOLE, WHOLE)), stages: fc.integer({ min: 1, max: 12 }), matched: fc.boolean(), copied: fc.boolean(),
  /** After so many stages EndpointSlices follow. */
  lag: fc.integer({ min: 0, max: 2 }),
});

/** Where it begins: what leads to which version, and the weights, such as somebody may have left them. */
interface Beginning { readonly stable: 'stable' | 'canary'; readonly canary: 'stable' | 'canary'; readonly weight: number }
const beginning: fc.Arbitrary<Beginning> = fc.record({
  weight: fc.constantFrom(0, 0, 10, 50, 70), leads: fc.constantFrom(['stable', 'stable'] as const, ['stable', 'canary'] as const, ['canary', 'canary'] as const),
}).map(({ weight, leads: [stable, canary] }) => ({ stable, canary, weight }));

/** @param weight of the canary, in per cent */
function beginAt({ cluster, config, context: { versions } }: Rig, { stable, canary, weight }: Beginning, others: boolean): void {
  const weights = [100 - weight - (others ? 20 : 0), weight];
  for (const [name, role] of [['shop', stable], ['shop-canary', canary]] as const) cluster.edit(resources.services, name, ({ spec }) => void (spec && (spec.selector = { ...spec.selector, [HASH]: versions[role].hash })));
  for (const [name, role] of [['stable', stable], ['canary', canary]] as const) {
    cluster.edit(resources.destinationRules, 'shop', ({ spec }) => spec.subsets?.filter((each) => each.name === name).forEach((each) => void (each.labels = { ...each.labels, [HASH]: versions[role].hash })));
  }
  cluster.edit(resources.virtualServices, 'shop', ({ spec }) => [...(spec.http?.slice(1) ?? []), ...(spec.tcp ?? [])].forEach(({ route }) => weights.forEach((each, index) => void (route?.[index] && (route[index].weight = each)))));
  cluster.edit(resources.httpRoutes, 'shop', ({ spec }) => weights.forEach((each, index) => void (spec.rules?.[1]?.backendRefs?.[index] && (spec.rules[1].backendRefs[index].weight = each))));
  for (const { canaryName } of config.ingresses ?? []) cluster.edit(resources.ingresses, canaryName, ({ metadata }) => void (metadata.annotations = { ...metadata.annotations, 'nginx.ingress.kubernetes.io/canary-weight': String(weight) }));
}

function rigOf({ ingresses, hosts, subsets, routes, others, turns }: Objects): Rig {
  const names = Array.from({ length: ingresses }, (_, index) => `main-${index}`);
  const rig = new Rig({
    managedRoutes: ['testers'],
    ...(turns ? { alternate: true } : {}),
    ...(names.length > 0 ? { ingresses: names.map((name) => ({ name, canaryName: `shop-${name}-canary` })) } : {}),
    ...(hosts || subsets ? { virtualServices: [{ name: 'shop' }] } : {}),
    ...(subsets ? { destinationRule: { name: 'shop', stableSubset: 'stable', canarySubset: 'canary', otherSubsets: ['other'] } } : {}),
    ...(routes ? { routes: [{ name: 'shop' }] } : {}),
  });
  for (const name of names) rig.cluster.put(ingress(name, [{ host: `${name}.example.com`, http: { paths: [path('elsewhere', '/x'), path('shop')] } }, { host: 'bare.example.com' }]));
  const third = others ? [{ destination: { host: 'third' }, weight: 20 }] : [];
  const widened = (route: ReturnType<typeof toBoth>) => ({ ...route, route: [...route.route.map((each, index) => (index === 0 && others ? { ...each, weight: 80 } : each)), ...third] });
  rig.cluster.put(virtualService({ http: [{ match: [{ uri: { prefix: '/x' } }], route: [{ destination: { host: 'elsewhere' } }] }, { ...widened(subsets ? toSubsets() : toBoth()), timeout: '2s' }], tcp: [widened(subsets ? toSubsets() : toBoth())] }));
  rig.cluster.put(destinationRule());
  const refs = [{ name: 'shop', port: 80, weight: others ? 80 : 100 }, { name: 'shop-canary', port: 80, weight: 0 }, ...(others ? [{ name: 'third', port: 80, weight: 20 }] : [])];
  rig.cluster.put(httpRoute([{ backendRefs: [{ name: 'elsewhere', port: 80 }] }, { backendRefs: refs }]));
  return rig;
}

/** What is the user's, without what Serin is to change. */
function usersPart({ cluster }: Rig): unknown {
  const bare = <T extends { metadata: object }>({ metadata, ...rest }: T): unknown => {
    const { resourceVersion: _version, generation: _generation, managedFields: _fields, ...own } = metadata as Record<string, unknown>;
    return JSON.parse(JSON.stringify({ ...rest, metadata: own }, (key, value: unknown) => (key === 'weight' || key === HASH ? undefined : value)));
  };
  const spec = cluster.get(resources.virtualServices, 'shop')?.object.spec;
  return [
    ...cluster.list(resources.ingresses).filter(({ metadata }) => !metadata.name.endsWith('-canary')).map(bare),
    { ...spec, http: spec?.http?.filter(({ name }) => name === undefined) }, ...cluster.list(resources.destinationRules).map(bare), ...cluster.list(resources.httpRoutes).map(({ metadata: { annotations: _annotations, ...metadata }, spec: { rules = [] }, ...rest }) => bare({ ...rest, metadata, spec: { rules: rules.filter(({ matches }) => !matches?.some(({ headers }) => headers?.some(({ name }) => name === 'x-tester'))) } })), ...cluster.list(resources.services).map(bare),
  ].map((each) => JSON.parse(JSON.stringify(each, (key, value: unknown) => (key === 'weight' ? undefined : value))) as unknown);
}

/** A proxy that may still have what objects said before they settled. */
class Watched {
  readonly rig: Rig;
  readonly #original: unknown;
  #views: readonly (readonly Split[])[];
  /** When the objects changed last. */
  #changed: number;

  constructor(rig: Rig) {
    this.rig = rig;
    this.#original = usersPart(rig);
    this.#views = [splitsNow(rig)];
    this.#changed = rig.cluster.now;
  }

  /** Every share that requests may meet now, in per mille. */
  shares(): number[] {
    return this.#views.flatMap((view) => view.map((split) => Math.round(answeredByCanary(this.rig, split))));
  }

  look(): void {
    const now = splitsNow(this.rig);
    const { cluster } = this.rig;
    const newest = this.#views.at(-1);
    if (JSON.stringify(newest) !== JSON.stringify(now)) {
      this.#views = [...this.#views, now];
      this.#changed = cluster.now;
    } else if (cluster.now >= this.#changed + 3_000) this.#views = [now];
    expectEqual(usersPart(this.rig), this.#original);
  }

  /** One stage, after which no request may meet other than what lies between where it began and where it leads. */
  advance(plan: RoutingPlan, low: number, high: number): boolean {
    const did = this.rig.advance(plan) !== undefined;
    this.look();
    for (const share of this.shares()) if (share < low || share > high) throw new Error(`${share} is not between ${low} and ${high}`);
    return did;
  }
}

it('holds for any objects and any splits, whenever it is interrupted', () => {
  fc.assert(
    fc.property(objects, beginning, fc.array(step, { maxLength: 7 }), fc.constantFrom('stable', 'canary'), (which, begins, steps, lead) => {
      const rig = rigOf(which);
      // At the beginning, and at rest, both lead to stable.
      rig.rest();
      rig.cluster.now += 10_000;
      expect(rig.rest()).toBe(0);
      beginAt(rig, begins, which.others);
      rig.sync();
      rig.cluster.now += 10_000;
      count(`began with ${begins.weight === 0 ? 'no weight' : 'a weight'}, ${begins.stable} and ${begins.canary}`);
      const watched = new Watched(rig);
      const room = which.others ? 800 : WHOLE;
      // ingress-nginx knows no others.
      const most = which.ingresses > 0 ? WHOLE : room;
      const least = which.others ? room : WHOLE;
      const run = (plan: () => RoutingPlan, target: readonly [number, number], stages: number, lag: number): boolean => {
        const begun = watched.shares();
        const [low, high] = [Math.min(...begun, target[0]), Math.max(...begun, target[1])];
        let moving = true;
        for (let stage = 0; stage < stages && moving; stage++) {
          rig.follows = lag === 0;
          moving = watched.advance(plan(), low, high);
          if (moving || lag === 0) continue;
          rig.sync();
          rig.follows = true;
          moving = watched.advance(plan(), low, high);
        }
        rig.sync();
        rig.follows = true;
        return openStage(plan()) === undefined;
      };
      for (const { share, stages, matched, copied, lag } of steps) {
        const asked: Asked = {
          ...splitOf(share), ...(matched ? { matches: [match] } : {}), ...(copied && !which.routes && which.ingresses === 0 ? { mirrors: [{ share: 300, matches: [{ path: { exact: '/y' } }] }] } : {}),
        };
        if (!run(() => rig.plan(asked), share === WHOLE ? [least, most] : [share, share], stages, lag)) {
          const { written } = rig.read();
          if (written) expect(written.shares.stable + written.shares.canary).toBe(WHOLE);
          count('left in between');
          continue;
        }
        count(`reached ${share === WHOLE ? 'all' : share === 0 ? 'nothing' : 'a part'}`);
        if (asked.matches) count('with matches');
        if (asked.mirrors) count('with copies');
        expect(rig.read()).toMatchObject({ written: splitOf(share), accepted: splitOf(share), problems: [] });
        const writes = rig.cluster.writes.length;
        rig.plan(asked);
        expect(rig.advance(rig.plan(asked))).toBeUndefined();
        expect(rig.cluster.writes.length).toBe(writes);
      }
      count(`left to ${lead}`);
      expect(run(() => rig.release(lead), lead === 'canary' ? [least, most] : [0, 0], 40, 0)).toBe(true);
      const hashes = rig.context.versions;
      const hash = hashes[lead].hash;
      const { stable, canary } = rig.config;
      const turned = which.turns && lead === 'canary';
      if (turned) count('took turns');
      const roles = turned && stable !== undefined && canary !== undefined ? { stable: canary, canary: stable } : {};
      expect(restingWrites({ ...rig.config, ...roles }, rig.cluster, { namespace: 'shop', hashes: { stable: hash, canary: hash }, hashLabel: HASH })).toEqual([]);
      expect([rig.leads('shop'), rig.leads('shop-canary')]).toEqual([lead, lead]);
      expect(rig.cluster.get(resources.virtualServices, 'shop')?.object.spec.http?.map(({ name }) => name)).toEqual([undefined, undefined]);
    }),
    { numRuns: RUNS },
  );
});

afterAll(() => {
  console.info(`covered: ${Object.entries(covered).map(([what, times]) => `${what} ${times}`).join(', ')}`);
});

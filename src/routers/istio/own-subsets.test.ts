import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import type { VersionTarget } from '../../model/version.js';
import { openStage } from '../testing/cluster.js';
import { CANARY, STABLE, destinationRule, reviewsService, virtualService } from '../testing/manifests.js';
import type { Destination, HttpRoute, Subset } from './objects.js';
import { Steering } from './testing/steering.js';

const REVISION = 'app.oam.dev/revision';
const version = (hash: string, name: string): VersionTarget => ({ hash, readyPods: 1, podLabels: { app: 'reviews', [REVISION]: name, 'pod-template-hash': hash }, subset: name });
const subsetOf = (name: string): Subset => ({ name, labels: { [REVISION]: name } });
const to = (subset: string, weight: number): Destination => ({ destination: { host: 'reviews', subset }, weight });
const [V1, V2] = ['reviews-v1', 'reviews-v2'] as const;

/** A release from one version to another, each with its subset in a DestinationRule that Serin does not keep. */
function steeringWith(http: HttpRoute[], subsets: readonly Subset[] = [subsetOf(V1), subsetOf(V2)]): Steering {
  const steering = new Steering();
  steering.cluster.put(destinationRule({ subsets: [...subsets] }));
  steering.cluster.put(virtualService(http));
  steering.context = { ...steering.context, versions: { stable: version(STABLE, V1), canary: version(CANARY, V2) } };
  return steering;
}

describe('versions with a subset each, in a DestinationRule that somebody else keeps', () => {
  let steering: Steering;
  beforeEach(() => {
    steering = steeringWith([{ route: [{ destination: { host: 'reviews', port: { number: 9080 } } }] }]);
  });
  const accepted = (share: number): void => expect(steering.read(splitOf(share))).toEqual({ written: splitOf(share), accepted: splitOf(share), problems: [] });

  it('are named with their weights, and the route stays with the one that leads', () => {
    expect(steering.refusals()).toEqual([]);
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(steering.http()).toEqual([{ route: [to(V1, 100)] }]);
    accepted(0);
    expect(steering.go(splitOf(100))).toBeUndefined();
    expect(steering.http()).toEqual([{ route: [to(V1, 90), to(V2, 10)] }]);
    accepted(100);
    steering.go(splitOf(WHOLE));
    expect(steering.http()).toEqual([{ route: [to(V2, 100)] }]);
    accepted(WHOLE);
    expect(steering.release({ lead: 'canary' })).toBeUndefined();
    expect(steering.http()).toEqual([{ route: [to(V2, 100)] }]);
    expect(steering.cluster.list(resources.destinationRules).map(({ metadata }) => [metadata.name, metadata.generation])).toEqual([['reviews', 1]]);
    expect(steering.invalid()).toEqual([]);
    expect(steering.unsupported()).toEqual([]);
  });

  it.each<[string, Destination[]]>([
    ['no subset', [{ destination: { host: 'reviews' } }]],
    ["stable's", [to(V1, 100)]],
    ["the canary's", [{ destination: { host: 'reviews', subset: V2 } }]],
    ['both', [to(V1, 10), to(V2, 90)]],
    ['both, one of them without requests', [to(V1, 100), to(V2, 0)]],
    ['a subset, and the port that it has anyway', [{ destination: { host: 'reviews', subset: V1, port: { number: 9080 } }, weight: 100 }]],
  ])('take a route to begin from that names %s', (_, found) => {
    const before: HttpRoute = { name: 'primary', match: [{ uri: { prefix: '/' } }], timeout: '3s', retries: { attempts: 2 }, route: found };
    steering = steeringWith([before]);
    expect(steering.refusals()).toEqual([]);
    expect(steering.go(splitOf(250))).toBeUndefined();
    expect(steering.http()).toEqual([{ ...before, route: [to(V1, 75), to(V2, 25)] }]);
    steering.go(splitOf(0));
    expect(steering.release({ lead: 'stable' })).toBeUndefined();
    const own = found.every(({ destination: { subset } }) => subset === V1);
    expect(steering.http()).toEqual([{ ...before, route: own ? found : [to(V1, 100)] }]);
  });

  it('keep the port of a Service that has several', () => {
    steering.cluster.put(reviewsService({ ports: [{ name: 'http', port: 9080 }, { name: 'admin', port: 9090 }] }));
    steering.go(splitOf(100));
    const port = { number: 9080 };
    expect(steering.http()[0]?.route).toEqual([{ destination: { host: 'reviews', port, subset: V1 }, weight: 90 }, { destination: { host: 'reviews', port, subset: V2 }, weight: 10 }]);
  });

  it('are known again when the Service gets another port meanwhile', () => {
    steering.go(splitOf(100));
    steering.cluster.put(reviewsService({ ports: [{ name: 'http', port: 9080 }, { name: 'admin', port: 9090 }] }));
    expect(steering.read(splitOf(100))).toMatchObject({ written: splitOf(100), problems: [] });
    expect(steering.go(splitOf(200))).toBeUndefined();
    expect(steering.http()[0]?.route?.map(({ destination, weight }) => [destination.port?.number, destination.subset, weight])).toEqual([[9080, V1, 80], [9080, V2, 20]]);
  });

  it('carry matches, mirrors, cookies and previews', () => {
    const split: Split = { ...splitOf(100), mirror: 100, matches: [{ headers: [{ name: 'end-user', exact: 'jason' }] }], sticky: { cookie: 'v', maxAgeSeconds: 9 }, preview: { path: '/green' } };
    expect(steering.go(split)).toBeUndefined();
    expect(steering.reach('/', { 'end-user': 'jason' })).toEqual([V2, '/']);
    expect(steering.reach('/green/x')).toEqual([V2, '/x']);
    expect(steering.http().at(-1)?.mirrors).toEqual([{ destination: { host: 'reviews', subset: V2 }, percentage: { value: 10 } }]);
    steering.go(splitOf(100));
    expect(steering.http()).toEqual([{ route: [to(V1, 90), to(V2, 10)] }]);
  });

  it('are not named before they are there and handed out', () => {
    steering = steeringWith([{ route: [to(V1, 100)] }], [subsetOf(V1)]);
    expect(steering.refusals()).toEqual(['Service reviews: no DestinationRule for it defines subset "reviews-v2"']);
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(steering.go(splitOf(100))).toContain('no DestinationRule for it defines subset "reviews-v2"');
    expect(steering.http()).toEqual([{ route: [to(V1, 100)] }]);
    steering.cluster.edit(resources.destinationRules, 'reviews', ({ spec }) => void (spec.subsets = [subsetOf(V1), subsetOf(V2)]));
    const stage = openStage(steering.plan(splitOf(100)));
    expect(stage).toMatchObject({ name: 'subsets', writes: [], waitsFor: expect.stringContaining('DestinationRule reviews has changed') as string });
    expect(steering.go(splitOf(100))).toBeUndefined();
    expect(steering.http()).toEqual([{ route: [to(V1, 90), to(V2, 10)] }]);
  });

  it('lead back although the subset of the one on trial is gone', () => {
    steering.go(splitOf(100));
    steering.cluster.edit(resources.destinationRules, 'reviews', ({ spec }) => void (spec.subsets = [subsetOf(V1)]));
    expect(steering.read(splitOf(100))).toEqual({ written: splitOf(100), accepted: undefined, problems: [] });
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(steering.http()).toEqual([{ route: [to(V1, 100)] }]);
    accepted(0);
  });

  it.each<[string, Subset[]]>([
    ['Service reviews: no DestinationRule for it defines subset "reviews-v2"', [subsetOf(V1)]],
    [`DestinationRule reviews, spec.subsets: subset "reviews-v2" wants Pods with ${REVISION}=v2, but those of its version have ${REVISION}=reviews-v2`, [subsetOf(V1), { name: V2, labels: { [REVISION]: 'v2' } }]],
    ['DestinationRule reviews, spec.subsets: subset "reviews-v2" selects the Pods of both versions', [subsetOf(V1), { name: V2, labels: { app: 'reviews' } }]],
  ])('are refused: %s', (words, subsets) => {
    steering = steeringWith([{ route: [to(V1, 100)] }], subsets);
    expect(steering.refusals()).toEqual([words]);
    // A Deployment that is not there yet says nothing of its own labels.
    const { stable, canary } = steering.context.versions;
    steering.context = { ...steering.context, versions: { stable, canary: { ...canary, podLabels: {} } } };
    expect(steering.refusals()).toEqual(words.includes('wants Pods') ? [] : [words]);
  });

  it('are refused where a route names the subset of another version, or nothing at rest speaks of them', () => {
    steering = steeringWith([{ route: [to('reviews-v0', 100)] }]);
    expect(steering.refusals()).toEqual(['VirtualService reviews, spec.http[0].route: names subset "reviews-v0", which is that of neither version']);
    const { stable } = steering.context.versions;
    steering.context = { ...steering.context, versions: { stable, canary: stable } };
    expect(steering.refusals()).toEqual([]);
  });

  it('say who put routes back', () => {
    steering.go(splitOf(100));
    steering.cluster.put(virtualService([{ route: [{ destination: { host: 'reviews', port: { number: 9080 } } }] }]), 'argocd-controller');
    expect(steering.read(splitOf(100)).problems).toMatchObject([{ problem: expect.stringContaining('argocd-controller') as string }]);
  });
});

it('hold for any route, any shares and a DestinationRule that others change', () => {
  const found = fc.record({
    port: fc.constantFrom(undefined, 9080), header: fc.boolean(), timeout: fc.constantFrom(undefined, '2s'),
    parts: fc.array(fc.record({ subset: fc.constantFrom(undefined, V1, V2), weight: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 3 }),
  }).map(({ port, header, timeout, parts }): HttpRoute => ({
    ...(timeout ? { timeout } : {}),
    route: parts.map(({ subset, weight }) => ({
      destination: { host: 'reviews', ...(port === undefined ? {} : { port: { number: port } }), ...(subset === undefined ? {} : { subset }) }, weight,
      ...(header ? { headers: { request: { set: { via: 'x' } } } } : {}),
    })),
  }));
  const step = fc.oneof({ weight: 4, arbitrary: fc.oneof(fc.integer({ min: 0, max: WHOLE }), fc.constantFrom(0, 100, WHOLE)) }, fc.constantFrom('forget' as const, 'define' as const));
  let [reached, held, ended] = [0, 0, 0];
  fc.assert(fc.property(fc.array(found, { minLength: 1, maxLength: 3 }), fc.array(step, { minLength: 1, maxLength: 8 }), fc.constantFrom('stable' as const, 'canary' as const), (http, steps, lead) => {
    const routes = http.map((route, index): HttpRoute => ({ name: `route-${index}`, match: [{ uri: { prefix: `/${index}` } }], ...route }));
    const steering = steeringWith(structuredClone(routes));
    const others = (): unknown => steering.http().map(({ route: _route, ...rest }) => rest);
    const before = others();
    const named = (): string[] => steering.http().flatMap(({ route = [] }) => route.flatMap(({ destination }) => destination.subset ?? []));
    let defined: readonly string[] = [V1, V2];
    for (const each of steps) {
      if (typeof each === 'string') {
        // Nobody takes away what routes name.
        if (each === 'forget' && named().includes(V2)) continue;
        defined = each === 'forget' ? [V1] : [V1, V2];
        steering.cluster.edit(resources.destinationRules, 'reviews', ({ spec }) => void (spec.subsets = defined.map(subsetOf)));
        continue;
      }
      const waits = steering.go(splitOf(each));
      expect(others()).toEqual(before);
      expect(named().filter((name) => !defined.includes(name))).toEqual([]);
      if (waits === undefined) {
        reached++;
        expect(steering.read()).toEqual({ written: splitOf(each), accepted: splitOf(each), problems: [] });
        expect(openStage(steering.plan(splitOf(each)))).toBeUndefined();
      } else {
        held++;
        expect(defined.includes(V2)).toBe(false);
      }
      expect(steering.subsets()).toBeUndefined();
    }
    expect(steering.release({ lead })).toBeUndefined();
    const stays = lead === 'stable' ? V1 : V2;
    if (steering.claims.length === 0) return;
    ended++;
    expect(others()).toEqual(before);
    expect(new Set(steering.http().flatMap(({ route = [] }) => route.map(({ destination }) => destination.subset)))).toEqual(new Set([stays]));
    const writes = steering.cluster.writes.length;
    expect(steering.release({ lead })).toBeUndefined();
    expect(steering.cluster.writes).toHaveLength(writes);
  }), { numRuns: 150 });
  // Or this would say nothing.
  expect([reached, held, ended].every((times) => times > 10)).toBe(true);
});

import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import { CANARY, STABLE, reviewsContext, reviewsService, virtualService } from '../testing/manifests.js';
import type { Claim } from '../router.js';
import { follow } from '../testing/cluster.js';
import type { HttpRoute, VirtualService } from './objects.js';
import { istioRouter } from './router.js';
import { Steering } from './testing/steering.js';

let steering: Steering;
const toReviews: HttpRoute = { route: [{ destination: { host: 'reviews' } }] };
const full = 'reviews.shop.svc.cluster.local';
const subsets = (name?: string, namespace?: string) => steering.http(name, namespace).map(({ route }) => route?.map(({ destination }) => destination.subset));

beforeEach(() => {
  steering = new Steering();
});

describe('VirtualServices of mesh and gateway, and of another namespace', () => {
  const edge = (annotations?: Record<string, string>): VirtualService => ({
    ...virtualService([{ route: [{ destination: { host: full } }] }], { hosts: ['shop.example.com'], gateways: ['public'] }, 'shop'),
    metadata: { name: 'shop', namespace: 'edge', ...(annotations ? { annotations } : {}) },
  });
  const consent = { 'serin.dev/allow-release-from': 'other, shop' };
  beforeEach(() => {
    steering.cluster.put(virtualService([toReviews]));
    steering.cluster.put(virtualService([{ ...toReviews, match: [{ uri: { prefix: '/reviews' } }] }], { hosts: ['reviews.example.com'], gateways: ['public'] }, 'public'));
    steering.config = { virtualServices: [{ name: 'reviews' }, { name: 'public' }, { name: 'shop', namespace: 'edge' }] };
  });

  it('are steered together', () => {
    steering.cluster.put(edge(consent));
    expect(steering.refusals()).toEqual([]);
    expect(steering.go({ ...splitOf(100), preview: { host: 'green.example.com' } })).toBeUndefined();
    const both = [[`serin-${STABLE}`, `serin-${CANARY}`]];
    expect([subsets(), subsets('public'), subsets('shop', 'edge')]).toEqual([both, both, both]);
    expect(steering.claims.map(({ name, namespace }) => [name, namespace])).toEqual([['public', undefined], ['reviews', undefined], ['shop', 'edge']]);
    expect(steering.read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    expect(steering.virtualService('reviews-serin-preview')?.spec).toMatchObject({
      gateways: ['public', 'mesh', 'edge/public'],
      http: [{ match: [{ uri: { prefix: '/reviews' } }] }, { route: [{ destination: { host: 'reviews' } }] }, { route: [{ destination: { host: full } }] }],
    });
    steering.cluster.edit(resources.virtualServices, 'shop', ({ spec }) => void (spec.http = [{ route: [{ destination: { host: full } }] }]), 'flux', 'edge');
    expect(steering.read(splitOf(100))).toMatchObject({ written: undefined, problems: [{ problem: expect.stringContaining('"flux"') }] });
    steering.go(splitOf(100));
    expect(steering.release()).toBeUndefined();
    expect(steering.http('shop', 'edge')).toEqual(edge().spec.http);
    expect(steering.subsets()).toBeUndefined();
  });

  it('keep their subsets while one in another namespace names them', () => {
    steering.cluster.put(edge(consent));
    steering.go(splitOf(100));
    steering.context = reviewsContext({ versions: { ...steering.context.versions, canary: { ...steering.context.versions.canary, hash: 'newer' } } });
    const { stages } = steering.plan(splitOf(0));
    stages[0]?.writes.forEach((write) => steering.cluster.apply(write));
    expect(steering.subsets()).toContain(`serin-${CANARY}`);
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(steering.subsets()).not.toContain(`serin-${CANARY}`);
    steering.cluster.edit(resources.virtualServices, 'shop', ({ spec }) => void spec.http?.[0]?.route?.push({ destination: { host: 'ratings' }, weight: 1 }), 'kubectl', 'edge');
    steering.release();
    expect(steering.http()).toEqual([toReviews]);
    expect(istioRouter.release(steering.config, steering.cluster, steering.claims, steering.context).stages[1]).toMatchObject({ writes: [], waitsFor: expect.stringContaining('routes still name subset') });
    expect(steering.subsets()).toContain(`serin-${STABLE}`);
  });

  it('need consent of the other namespace', () => {
    for (const annotations of [undefined, { 'serin.dev/allow-release-from': 'shopping' }]) {
      steering.cluster.put(edge(annotations));
      expect(steering.refusals()).toEqual(['VirtualService edge/shop, metadata.annotations: does not let releases of namespace shop change it']);
      expect(steering.go(splitOf(100))).toContain('does not let releases of namespace shop change it');
      expect(steering.http('shop', 'edge')).toEqual(edge().spec.http);
      steering.release();
      steering.claims = [];
    }
    const [problem] = istioRouter.check(steering.config, steering.cluster, steering.context).filter(({ severity }) => severity !== 'warning');
    expect(problem?.remedy).toContain('serin.dev/allow-release-from: shop');
    steering.cluster.remove('VirtualService', 'shop', 'edge');
    expect(steering.refusals()).toEqual(['router.istio.virtualServices[2]: VirtualService edge/shop does not exist']);
    steering.cluster.outOfSight.add('edge');
    expect(steering.refusals()).toEqual(['router.istio.virtualServices[2]: VirtualService edge/shop is in namespace edge, and this controller sees namespace shop only']);
  });
});

describe('tls and tcp routes', () => {
  const tls = [
    { match: [{ port: 443, sniHosts: ['a.example.com'] }], route: [{ destination: { host: 'reviews' } }] },
    { match: [{ port: 8443, sniHosts: ['b.example.com'] }], route: [{ destination: { host: 'reviews' } }] },
  ];
  const tcp = [{ match: [{ port: 3306 }], route: [{ destination: { host: 'reviews', port: { number: 3306 } }, weight: 3 }, { destination: { host: 'reviews', port: { number: 3307 } }, weight: 1 }] }];
  const weights = (list: 'tls' | 'tcp') => steering.virtualService()?.spec[list]?.map(({ route = [] }) => route.map(({ destination, weight }) => [destination.subset, weight]));
  beforeEach(() => {
    steering.cluster.put(virtualService([toReviews], { tls, tcp }));
  });

  it('are steered where they are named', () => {
    steering.config = { virtualServices: [{ name: 'reviews', tls: [{}], tcp: [{ port: 3306 }] }] };
    expect(steering.refusals()).toEqual([]);
    expect(steering.go(splitOf(100))).toBeUndefined();
    expect(weights('tls')).toEqual([[[`serin-${STABLE}`, 90], [`serin-${CANARY}`, 10]], [[`serin-${STABLE}`, 90], [`serin-${CANARY}`, 10]]]);
    expect(weights('tcp')).toEqual([[[`serin-${STABLE}`, 675], [`serin-${CANARY}`, 75], [`serin-${STABLE}`, 225], [`serin-${CANARY}`, 25]]]);
    expect(steering.read(splitOf(100))).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });
    steering.cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => void (spec.tcp = tcp), 'flux');
    expect(steering.read(splitOf(100)).problems).toMatchObject([{ place: 'VirtualService reviews, spec.tcp[0].route', problem: expect.stringContaining('"flux"') }]);
    steering.go(splitOf(200));
    expect(steering.release()).toBeUndefined();
    expect(steering.virtualService()?.spec).toMatchObject({ http: [toReviews], tls, tcp });
    expect(steering.subsets()).toBeUndefined();
  });

  it.each([[{ port: 8443 }], [{ sniHosts: ['b.example.com'] }]])('are chosen by port and host name: %j', (selector) => {
    steering.config = { virtualServices: [{ name: 'reviews', tls: [selector], tcp: [{}] }] };
    expect(steering.refusals()).toEqual([expect.stringContaining('spec.tls[0]: is a tls route to the Service, and not among the routes to steer')]);
    steering.cluster.put(virtualService([toReviews], { tls: tls.slice(1), tcp }));
    expect(steering.refusals()).toEqual([]);
  });

  it('are not enough where requests are to be told apart', () => {
    steering.cluster.put(virtualService([], { tcp }));
    steering.config = { virtualServices: [{ name: 'reviews', tcp: [{}] }] };
    expect(steering.go(splitOf(0))).toBeUndefined();
    expect(steering.go({ ...splitOf(0), mirror: 100, preview: { host: 'green.example.com' } })).toContain('nothing that mirror, preview.host could hold for');
  });

  it('are named only where they are there, and carry shares alone', () => {
    steering.config = { virtualServices: [{ name: 'reviews', tls: [{}], tcp: [{ port: 5432 }] }] };
    expect(steering.refusals()).toContain('router.istio.virtualServices[0].tcp: VirtualService reviews has no such tcp route to the Service');
    expect(istioRouter.inexpressible?.(steering.config, { ...splitOf(0), matches: [{ headers: [{ name: 'a' }] }] }, steering.context)).toMatchObject([{ severity: 'warning', problem: expect.stringContaining('matches hold for http routes only') }]);
  });
});

it('two releases in one namespace do not take each other’s subsets for strays', () => {
  const toRatings: HttpRoute = { route: [{ destination: { host: 'ratings' } }] };
  const { cluster } = steering;
  cluster.put({ ...reviewsService(), metadata: { name: 'ratings' } });
  cluster.put(virtualService([{ ...toRatings, match: [{ uri: { prefix: '/ratings' } }] }, toReviews]));
  cluster.put(virtualService([toRatings], {}, 'ratings'));
  const other = { config: {}, claims: [] as readonly Claim[], context: reviewsContext({ policy: 'ratings', service: 'ratings', versions: { stable: { hash: 'aaa', readyPods: 1, podLabels: {} }, canary: { hash: 'bbb', readyPods: 1, podLabels: {} } } }) };
  const go = (share: number): string | undefined =>
    follow(cluster, () => {
      const plan = istioRouter.write(other.config, { ...splitOf(share), matches: [{ headers: [{ name: 'a' }] }] }, cluster, other.claims, other.context);
      other.claims = structuredClone(plan.claims);
      return plan;
    });
  const split = { ...splitOf(100), matches: [{ headers: [{ name: 'b' }] }] };
  for (const share of [100, 300]) {
    expect(steering.go(split)).toBeUndefined();
    expect(go(share)).toBeUndefined();
  }
  expect(steering.go(split)).toBeUndefined();
  expect(steering.read(splitOf(100)).problems).toEqual([]);
  expect(steering.http().map(({ name }) => name)).toEqual(['serin-ratings-match-0', undefined, 'serin-reviews-match-0', undefined]);
  expect(steering.release()).toBeUndefined();
  expect(follow(cluster, () => istioRouter.release(other.config, cluster, other.claims, other.context))).toBeUndefined();
  expect(steering.http()).toEqual([{ ...toRatings, match: [{ uri: { prefix: '/ratings' } }] }, toReviews]);
  expect(steering.http('ratings')).toEqual([toRatings]);
});

it('warns of a namespace without injection, where that is known', () => {
  steering.cluster.put(virtualService([toReviews]));
  const warnings = () => istioRouter.check({}, steering.cluster, steering.context).map(({ place }) => place);
  expect(warnings()).not.toContain('Namespace shop, metadata.labels');
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'a' } } };
  steering.cluster.put(namespace);
  expect(warnings()).toContain('Namespace shop, metadata.labels');
  steering.cluster.put({ ...namespace, metadata: { name: 'shop', labels: { team: 'a', 'istio-injection': 'enabled' } } } as typeof namespace);
  expect(warnings()).not.toContain('Namespace shop, metadata.labels');
});

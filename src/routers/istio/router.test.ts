import { beforeEach, describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import type { Claim, RouterContext } from '../router.js';
import { TestCluster, follow } from '../testing/cluster.js';
import { CANARY, STABLE, destinationRule, reviewsContext, reviewsService, virtualService } from '../testing/manifests.js';
import type { HttpRoute, IstioConfig } from './objects.js';
import { istioRouter } from './router.js';

let cluster: TestCluster;
let claims: readonly Claim[];
let context: RouterContext;
let config: IstioConfig;

const plan = (share: number) => {
  const next = istioRouter.write(config, splitOf(share), cluster, claims, context);
  claims = structuredClone(next.claims);
  return next;
};
const go = (share: number) => follow(cluster, () => plan(share));
const release = () => follow(cluster, () => istioRouter.release(config, cluster, claims, context));
const read = (lastWritten?: number) => istioRouter.read(config, cluster, claims, lastWritten === undefined ? context : { ...context, lastWritten: splitOf(lastWritten) });
const http = (name = 'reviews'): HttpRoute[] => cluster.get(resources.virtualServices, name)?.object.spec.http ?? [];
const rule = () => cluster.get(resources.destinationRules, 'reviews-serin')?.object;
const sayings = () => istioRouter.check(config, cluster, context).filter(({ severity }) => severity !== 'warning');

const primary: HttpRoute = { name: 'primary', timeout: '3s', retries: { attempts: 2 }, route: [{ destination: { host: 'reviews', port: { number: 9080 } } }] };
const toRatings: HttpRoute = { match: [{ uri: { prefix: '/ratings' } }], route: [{ destination: { host: 'ratings' } }] };

beforeEach(() => {
  cluster = new TestCluster();
  claims = [];
  context = reviewsContext();
  config = {};
  cluster.put(reviewsService());
  cluster.put(virtualService([toRatings, primary]));
});

describe('istio router', () => {
  it('makes subsets, waits, writes weights, waits, and puts all back', () => {
    expect(sayings()).toEqual([]);
    expect(read()).toEqual({ written: undefined, accepted: undefined, problems: [] });
    const first = plan(100);
    expect(first.claims).toEqual([
      { kind: 'VirtualService', name: 'reviews', found: { routes: [{ name: 'primary', index: 1, print: expect.any(String), route: primary.route }] } },
    ]);
    expect(first.stages.map(({ name, writes }) => [name, writes.map(({ action }) => action)])).toEqual([['subsets', ['create']], ['weights', ['patch']]]);
    first.stages[0]?.writes.forEach((write) => cluster.apply(write));
    expect(plan(100).stages[0]).toMatchObject({ writes: [], waitsFor: 'DestinationRule reviews-serin has changed, and Istio is given 5 s to hand it out', waitsUntil: cluster.now + 5000 });
    expect(rule()).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'serin', 'serin.dev/policy': 'reviews' } },
      spec: {
        host: 'reviews',
        subsets: [
          { name: `serin-${CANARY}`, labels: { 'pod-template-hash': CANARY } },
          { name: `serin-${STABLE}`, labels: { 'pod-template-hash': STABLE } },
        ],
      },
    });

    expect(go(100)).toBeUndefined();
    expect(http()).toEqual([
      toRatings,
      {
        ...primary,
        route: [
          { destination: { host: 'reviews', port: { number: 9080 }, subset: `serin-${STABLE}` }, weight: 90 },
          { destination: { host: 'reviews', port: { number: 9080 }, subset: `serin-${CANARY}` }, weight: 10 },
        ],
      },
    ]);
    expect(read(100)).toEqual({ written: splitOf(100), accepted: splitOf(100), problems: [] });

    const count = cluster.writes.length;
    expect(go(100)).toBeUndefined();
    expect(cluster.writes.length).toBe(count);

    go(0);
    expect(http()[1]?.route).toEqual([{ destination: { host: 'reviews', port: { number: 9080 }, subset: `serin-${STABLE}` }, weight: 100 }]);
    expect(read(0)).toEqual({ written: splitOf(0), accepted: splitOf(0), problems: [] });
    go(1000);
    expect(read(1000).accepted).toEqual(splitOf(1000));

    expect(release()).toBeUndefined();
    expect(http()).toEqual([toRatings, primary]);
    expect(rule()).toBeUndefined();
    expect(release()).toBeUndefined();
  });

  it('is not accepted before Istio says so, where it says anything', () => {
    go(0);
    const status = (name: string, conditions: object[]): void =>
      cluster.edit(resources.virtualServices, name, (object) => Object.assign(object, { status: { observedGeneration: String(object.metadata.generation), conditions } }));
    status('reviews', [{ type: 'Reconciled', status: 'False', message: '1/2 proxies up to date.' }]);
    expect(go(0)).toBe('Istio is handing out VirtualService reviews: 1/2 proxies up to date.');
    expect(read(0)).toMatchObject({ written: splitOf(0), accepted: undefined, problems: [] });
    status('reviews', [{ type: 'Reconciled', status: 'True' }]);
    expect(read(0).accepted).toEqual(splitOf(0));
    expect(go(100)).toBe('Istio has not read VirtualService reviews as it is now (its status is of generation 2)');
    status('reviews', [{ type: 'Reconciled', status: 'False', reason: 'Unsupported', message: 'spec.http[0].fault is not implemented' }]);
    expect(read(100).problems).toMatchObject([{ place: 'VirtualService reviews', problem: 'refused: Unsupported: spec.http[0].fault is not implemented' }]);
  });

  it('lives beside the rules of the user', () => {
    const trafficPolicy = { outlierDetection: { consecutive5xxErrors: 3 } };
    cluster.put(destinationRule({ exportTo: ['*'], trafficPolicy, subsets: [{ name: 'app', labels: { app: 'reviews' }, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }] }));
    cluster.put(virtualService([{ route: [{ destination: { host: 'reviews', subset: 'app' } }] }, { match: [{ port: 1 }], route: [{ destination: { host: 'reviews' } }] }]));
    const before = cluster.get(resources.destinationRules, 'reviews')?.object;
    go(500);
    expect(rule()?.spec).toEqual({
      host: 'reviews',
      exportTo: ['*'],
      subsets: [
        { name: `serin-${CANARY}`, labels: { 'pod-template-hash': CANARY } },
        { name: `serin-${CANARY}-app`, labels: { 'pod-template-hash': CANARY }, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
        { name: `serin-${STABLE}`, labels: { 'pod-template-hash': STABLE } },
        { name: `serin-${STABLE}-app`, labels: { 'pod-template-hash': STABLE }, trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } },
      ],
    });
    expect(http()[0]?.route?.map(({ destination }) => destination.subset)).toEqual([`serin-${STABLE}-app`, `serin-${CANARY}-app`]);
    // The user's subset goes away under way: what was copied goes on.
    cluster.remove('DestinationRule', 'reviews');
    expect(go(600)).toBeUndefined();
    expect(rule()?.spec.subsets).toHaveLength(4);
    release();
    expect(http()[0]?.route).toEqual([{ destination: { host: 'reviews', subset: 'app' } }]);
    expect(before?.metadata.generation).toBe(1);
  });

  it('says again what a rule with a wildcard says, since its own hides it', () => {
    cluster.put(destinationRule({ host: '*.shop.svc.cluster.local', trafficPolicy: { tls: { mode: 'DISABLE' } } }, 'all'));
    go(0);
    expect(rule()?.spec.trafficPolicy).toEqual({ tls: { mode: 'DISABLE' } });
  });

  it('goes on with a newer canary, and takes the old subset away last', () => {
    go(100);
    context = reviewsContext({ versions: { ...context.versions, canary: { ...context.versions.canary, hash: 'newer' } } });
    expect(read(100).written).toBeUndefined();
    const next = plan(0);
    expect(next.stages.map(({ name }) => name)).toEqual(['subsets', 'weights']);
    next.stages[0]?.writes.forEach((write) => cluster.apply(write));
    expect(rule()?.spec.subsets?.map(({ name }) => name)).toEqual([`serin-${CANARY}`, `serin-${STABLE}`, 'serin-newer']);
    expect(go(0)).toBeUndefined();
    expect(rule()?.spec.subsets?.map(({ name }) => name)).toEqual([`serin-${STABLE}`, 'serin-newer']);
  });

  it('follows routes that were moved or renamed, and claims new ones', () => {
    go(100);
    cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      const [ratings, mine] = spec.http ?? [];
      spec.http = [{ match: [{ uri: { exact: '/new' } }], route: [{ destination: { host: 'reviews' } }] }, ...(mine ? [{ ...mine, name: 'main' }] : []), ...(ratings ? [ratings] : [])];
    });
    expect(read(100)).toMatchObject({ written: undefined, problems: [] });
    expect(go(200)).toBeUndefined();
    expect(read(200)).toEqual({ written: splitOf(200), accepted: splitOf(200), problems: [] });
    release();
    expect(http().map(({ name, route }) => [name, route])).toEqual([
      [undefined, [{ destination: { host: 'reviews' } }]],
      ['main', primary.route],
      [undefined, toRatings.route],
    ]);
  });

  it('holds where a claimed route is gone or edited, and puts nothing wrong back', () => {
    cluster.put(virtualService([primary, { match: [{ uri: { prefix: '/b' } }], route: [{ destination: { host: 'reviews' } }] }]));
    go(100);
    cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      spec.http = spec.http?.slice(0, 1) ?? [];
    });
    expect(go(0)).toBe('VirtualService reviews, spec.http[1]: was deleted, or became another route, while a release steers by it');
    expect(http()[0]?.route).toMatchObject([{ destination: { subset: `serin-${STABLE}` }, weight: 100 }]);
    cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      spec.http?.[0]?.route?.push({ destination: { host: 'ratings' }, weight: 10 });
    });
    const edited = http();
    expect(go(100)).toContain('was edited while a release steers by it');
    expect(http()).toEqual(edited);
    expect(read(0).problems).toMatchObject([{ place: 'VirtualService reviews, spec.http[0] ("primary").route' }, { place: 'VirtualService reviews, spec.http[1]' }]);
    expect(release()).toContain('was edited while a release steers by it');
    expect(rule()).toBeDefined();
    cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      spec.http = [primary];
    });
    expect(release()).toBeUndefined();
    expect(http()).toEqual([primary]);
    expect(rule()).toBeUndefined();
  });

  it('says who put destinations back or changed weights, and how to end it', () => {
    go(100);
    cluster.edit(resources.virtualServices, 'reviews', ({ spec }) => {
      for (const each of spec.http?.[1]?.route ?? []) each.weight = 50;
    }, 'flux');
    expect(read(100)).toMatchObject({ written: splitOf(500), problems: [{ problem: 'field manager "flux" changed its weights; Serin does not fight over it' }] });
    cluster.put(virtualService([toRatings, primary]), 'argocd-controller');
    const { written, problems } = read(100);
    expect(written).toBeUndefined();
    expect(problems).toMatchObject([
      { place: 'VirtualService reviews, spec.http[1].route', problem: 'field manager "argocd-controller" put back its destinations; Serin does not fight over it' },
    ]);
    expect(problems[0]?.remedy).toContain(`ignoreDifferences {group: networking.istio.io, kind: VirtualService, name: reviews, jqPathExpressions: ['.spec.http[] | select(.name == "primary") | .route']}`);
    // Of an atomic list Flux can leave alone only the whole.
    expect(problems[0]?.remedy).toContain('Flux 2.9: spec.ignore {target: {kind: VirtualService, name: reviews}, paths: [/spec/http]} of the Kustomization');
    expect(read().problems).toEqual([]);
    expect(release()).toBeUndefined();
  });

  it('makes a rule again that someone deleted, and says so', () => {
    go(100);
    cluster.remove('DestinationRule', 'reviews-serin');
    expect(read(100)).toMatchObject({ written: splitOf(100), accepted: undefined, problems: [{ place: 'DestinationRule reviews-serin, spec.subsets' }] });
    expect(go(100)).toBeUndefined();
    expect(read(100).problems).toEqual([]);
  });

  it('has nothing to put back once the VirtualService is gone', () => {
    go(100);
    cluster.remove('VirtualService', 'reviews');
    expect(read(100).problems).toMatchObject([{ place: 'VirtualService reviews', problem: 'was deleted while a release steers by it' }]);
    expect(go(0)).toContain('was deleted');
    expect(release()).toBeUndefined();
    expect(rule()).toBeUndefined();
  });

  it('never removes a subset that a copied route still names', () => {
    go(100);
    const copy = http()[1];
    cluster.put(virtualService([{ ...copy, name: 'copy' }], { hosts: ['copy'] }, 'copied'));
    expect(release()).toContain('names a subset of Serin');
    expect(istioRouter.release(config, cluster, claims, context).stages[1]).toMatchObject({ writes: [], waitsFor: expect.stringContaining('routes still name subset') });
    expect(rule()).toBeDefined();
    cluster.remove('VirtualService', 'copied');
    expect(release()).toBeUndefined();
  });

  it('refuses a stale write', () => {
    go(100);
    const { stages } = plan(200);
    cluster.edit(resources.virtualServices, 'reviews', ({ metadata }) => {
      metadata.annotations = { touched: 'yes' };
    });
    expect(() => stages[1]?.writes.forEach((write) => cluster.apply(write))).toThrow('409');
  });
});

describe('istio check', () => {
  const refuses = (words: string): void => {
    expect(sayings().map(({ place, problem }) => `${place}: ${problem}`)).toEqual([expect.stringContaining(words)]);
    expect(sayings().every(({ remedy }) => remedy !== '')).toBe(true);
  };

  it('names what is missing', () => {
    cluster.remove('Service', 'reviews');
    refuses('Service reviews: does not exist');
    cluster.put(reviewsService());
    config = { virtualServices: [{ name: 'nope' }] };
    refuses('VirtualService nope does not exist');
    config = { virtualServices: [{ name: 'reviews', routes: ['primary', 'second'] }] };
    refuses('has no http route named "second"');
    config = {};
    cluster.put(virtualService([toRatings]));
    refuses('no VirtualService of this namespace has an http route to it');
    expect(go(0)).toContain('no VirtualService has an http route to it');
    cluster.unserved.add('VirtualService');
    refuses('VirtualService (networking.istio.io/v1): the cluster does not know this kind');
  });

  it.each<[string, HttpRoute[], object]>([
    ['leads to the Service and to others', [{ route: [{ destination: { host: 'reviews' }, weight: 1 }, { destination: { host: 'ratings' }, weight: 1 }] }], {}],
    ['already splits between subsets ("v1", "v2")', [{ route: [{ destination: { host: 'reviews', subset: 'v1' }, weight: 50 }, { destination: { host: 'reviews', subset: 'v2' }, weight: 50 }] }], {}],
    ['names subset "v3", which no DestinationRule', [{ route: [{ destination: { host: 'reviews', subset: 'v3' } }] }], {}],
    ['wants Pods with version=v1', [{ route: [{ destination: { host: 'reviews', subset: 'v1' } }] }], {}],
    ['names a subset of Serin', [{ route: [{ destination: { host: 'reviews', subset: 'serin-abc' } }] }], {}],
    ['too large to split', [{ route: [{ destination: { host: 'reviews' }, weight: 2e9 }, { destination: { host: 'reviews', port: { number: 1 } }, weight: 1 }] }], {}],
    ['is seen only from .', [primary], { exportTo: ['.'] }],
    ['it is a delegate', [primary], { hosts: [] }],
    ['hands requests on to VirtualService other', [primary, { delegate: { name: 'other' } }], {}],
    ['is a tcp route', [primary], { tcp: [{ route: [{ destination: { host: 'reviews' } }] }] }],
    ['is a tls route', [primary], { tls: [{ match: [{ sniHosts: ['a'] }], route: [{ destination: { host: 'reviews.shop.svc.cluster.local' } }] }] }],
  ])('refuses a route that %s', (words, routes, rest) => {
    cluster.put(destinationRule({ subsets: [{ name: 'v1', labels: { version: 'v1' } }] }));
    cluster.put(virtualService(routes, rest));
    refuses(words);
    const before = http();
    go(0);
    expect(http()).toEqual(before);
  });

  it('refuses a taken name and rules that cannot be merged', () => {
    cluster.put(destinationRule({}, 'reviews-serin'));
    refuses('DestinationRule reviews-serin: has the name that Serin gives its own');
    expect(go(0)).toContain('DestinationRule reviews-serin');
    expect(http()).toEqual([toRatings, primary]);
    cluster.remove('DestinationRule', 'reviews-serin');
    cluster.put(destinationRule({ workloadSelector: { matchLabels: { a: 'b' } } }));
    refuses('holds for chosen clients only');
  });

  it('refuses more than a release can keep', () => {
    cluster.put(virtualService(Array.from({ length: 60 }, (_, index) => ({ name: `route-${index}`, route: [{ destination: { host: 'reviews' } }] }))));
    refuses('the destinations of 60 http routes are');
  });

  it('warns of what is not split', () => {
    config = { virtualServices: [{ name: 'reviews', routes: ['primary'] }] };
    cluster.put(virtualService([{ match: [{ port: 1 }], route: [{ destination: { host: 'reviews.shop' } }] }, { ...primary, mirror: { host: 'reviews' } }]));
    const warnings = istioRouter.check(config, cluster, context);
    expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true);
    expect(warnings.map(({ problem }) => problem)).toEqual([
      'mirrors requests to Pods of both versions',
      expect.stringContaining('not among the routes to steer'),
      expect.stringContaining('clients without a sidecar'),
    ]);
    config = {};
    expect(istioRouter.check(config, cluster, context).map(({ problem }) => problem)).toContain('Istio does not complete the host "reviews.shop": only names without a dot are');
  });

  it('takes a destination of weight 0 for none, and gives it back', () => {
    const route = [{ destination: { host: 'reviews', subset: 'app' }, weight: 100 }, { destination: { host: 'reviews', subset: 'v2' }, weight: 0 }];
    cluster.put(destinationRule({ subsets: [{ name: 'app', labels: { app: 'reviews' } }] }));
    cluster.put(virtualService([{ ...primary, route }]));
    expect(sayings()).toEqual([]);
    go(300);
    expect(http()[0]?.route).toHaveLength(2);
    release();
    expect(http()[0]?.route).toEqual(route);
  });
});

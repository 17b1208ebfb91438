import { describe, expect, it } from 'vitest';
import { resources } from '../../kubernetes/resources.js';
import { splitOf } from '../../model/split.js';
import { twoServicesRouter } from './router.js';
import { HASH, HASHES, Rig, destinationRule, httpRoute, ingress, path, toBoth, toSubsets, virtualService } from './testing/rig.js';

const problemsOf = (rig: Rig): string[] => twoServicesRouter.check(rig.config, rig.cluster, rig.context).map(({ place, problem }) => `${place}: ${problem}`);

describe('ingress-nginx', () => {
  const rules = [
    { host: 'shop.example.com', http: { paths: [path('shop', '/a'), path('elsewhere', '/other'), path('shop', '/b')] } },
    { host: 'bare.example.com' },
    { host: 'elsewhere.example.com', http: { paths: [path('elsewhere'), { path: '/files', pathType: 'Prefix', backend: { resource: { apiGroup: 'x', kind: 'Bucket', name: 'files' } } }] } },
  ];
  const rigWith = (changes: Partial<Rig['config']> = {}): Rig => {
    const rig = new Rig({ ingresses: [{ name: 'main', canaryName: 'shop-main-canary' }], ...changes });
    rig.cluster.put(ingress('main', rules, { tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }] }));
    return rig;
  };
  const canary = (rig: Rig) => rig.cluster.get(resources.ingresses, 'shop-main-canary')?.object;

  it('makes a canary Ingress of the paths to the stable Service, and of no others', () => {
    const rig = rigWith({ canaryAnnotations: { 'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary' } });
    rig.to(0);
    const { annotations, labels, ownerReferences } = canary(rig)?.metadata ?? {};
    expect({ annotations, labels, ownerReferences: ownerReferences?.length }).toEqual({
      annotations: { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '0', 'nginx.ingress.kubernetes.io/canary-by-header': 'x-canary' },
      labels: undefined, ownerReferences: 1,
    });
    expect(canary(rig)?.spec).toEqual({
      ingressClassName: 'nginx', tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }],
      rules: [{ host: 'shop.example.com', http: { paths: [path('shop-canary', '/a'), path('shop-canary', '/b')] } }],
    });
    expect(problemsOf(rig)).toEqual([]);
  });

  it('leaves what others put on it, and follows the main one', () => {
    const rig = rigWith();
    rig.to(0);
    rig.cluster.edit(resources.ingresses, 'shop-main-canary', (object) => {
      object.metadata = { ...object.metadata, labels: { mine: 'yes' }, annotations: { ...object.metadata.annotations, 'nginx.ingress.kubernetes.io/canary-by-header': 'x', 'example.com/note': 'kept' } };
      object.spec = { ...object.spec, defaultBackend: { service: { name: 'fallback', port: { number: 80 } } } };
    });
    rig.cluster.edit(resources.ingresses, 'main', ({ spec }) => void delete spec.tls);
    rig.to({ ...splitOf(100), matches: [{ headers: [{ name: 'x-user', exact: 'jane' }] }] });
    expect(canary(rig)?.metadata).toMatchObject({ labels: { mine: 'yes' }, annotations: { 'example.com/note': 'kept', 'nginx.ingress.kubernetes.io/canary-weight': '10', 'nginx.ingress.kubernetes.io/canary-by-header-value': 'jane' } });
    expect(canary(rig)?.spec.tls).toBeUndefined();
    expect(canary(rig)?.spec.defaultBackend).toBeDefined();
    rig.to(100);
    expect(Object.keys(canary(rig)?.metadata.annotations ?? {}).filter((key) => key.includes('by-header'))).toEqual([]);
    expect(canary(rig)?.metadata.annotations?.['serin.dev/set-for-now']).toBeUndefined();
  });

  it('writes weights of the total that is asked for, and of 1000 where it must', () => {
    const rig = rigWith({ weightTotal: 300 });
    rig.to(3);
    expect(canary(rig)?.metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/canary-weight': '1', 'nginx.ingress.kubernetes.io/canary-weight-total': '300' });
    expect(rig.read().accepted).toEqual(splitOf(3));
    const odd = rigWith();
    odd.to(125);
    expect(canary(odd)?.metadata.annotations).toMatchObject({ 'nginx.ingress.kubernetes.io/canary-weight': '125', 'nginx.ingress.kubernetes.io/canary-weight-total': '1000' });
    odd.to(200);
    expect(canary(odd)?.metadata.annotations?.['nginx.ingress.kubernetes.io/canary-weight-total']).toBeUndefined();
  });

  it('takes its Ingress away at the end where nobody owns it', () => {
    const { owner: _owner, ...config } = rigWith().config;
    const rig = rigWith();
    Object.assign(rig, { config });
    rig.to(0);
    expect(canary(rig)).toBeUndefined();
    rig.to(100);
    expect(canary(rig)?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'serin', 'serin.dev/policy': 'shop' });
    rig.to(0);
    rig.go(() => rig.release());
    expect(canary(rig)).toBeUndefined();
  });

  it('says what is wrong, all at once', () => {
    const rig = rigWith({ canaryAnnotations: { 'nginx.ingress.kubernetes.io/canary-weight': '5' } });
    rig.cluster.put(ingress('by-hand', [{ host: 'shop.example.com', http: { paths: [path('shop-canary', '/a')] } }]));
    rig.cluster.edit(resources.ingresses, 'by-hand', ({ metadata }) => void (metadata.annotations = { 'nginx.ingress.kubernetes.io/canary': 'true' }));
    rig.cluster.edit(resources.services, 'shop-canary', ({ spec }) => void (spec && (spec.ports = [{ port: 81 }])));
    rig.cluster.remove('Service', 'shop');
    expect(problemsOf(rig)).toEqual([
      'Service shop: does not exist',
      'Ingress by-hand: is a canary for shop.example.com/a already, and ingress-nginx knows one for each backend',
      'canaryAnnotations["nginx.ingress.kubernetes.io/canary-weight"]: is what Serin says itself, so it has no effect',
    ]);
  });
});

describe('Istio', () => {
  const hosts = (http: Parameters<typeof virtualService>[0]['http'], changes: Partial<Rig['config']> = {}): Rig => {
    const rig = new Rig({ virtualServices: [{ name: 'shop' }], ...changes });
    rig.cluster.put(virtualService({ ...(http ? { http } : {}) }));
    return rig;
  };
  const httpOf = (rig: Rig) => rig.cluster.get(resources.virtualServices, 'shop')?.object.spec.http;
  const weights = (rig: Rig, index = 0): unknown => httpOf(rig)?.[index]?.route?.map(({ weight }) => weight);

  it('moves weights between hosts, and leaves all else', () => {
    const rig = hosts([{ match: [{ uri: { prefix: '/x' } }], route: [{ destination: { host: 'elsewhere' } }] }, toBoth({ name: 'primary', timeout: '3s' })]);
    rig.to(0);
    rig.to(200);
    expect(weights(rig, 1)).toEqual([80, 20]);
    expect(httpOf(rig)?.[1]).toMatchObject({ name: 'primary', timeout: '3s' });
    rig.to(333);
    expect(weights(rig, 1)).toEqual([667, 333]);
    expect(rig.read().accepted).toEqual(splitOf(333));
    rig.to(1000);
    rig.go(() => rig.release('canary'));
    expect([weights(rig, 1), rig.leads('shop'), rig.leads('shop-canary')]).toEqual([[100, 0], 'canary', 'canary']);
  });

  it('moves weights between subsets and relabels these alone', () => {
    const rig = new Rig({ virtualServices: [{ name: 'shop' }], destinationRule: { name: 'shop', stableSubset: 'stable', canarySubset: 'canary' }, serviceAnnotations: { by: 'shop' } });
    const { stable: _stable, canary: _canary, ...config } = rig.config;
    Object.assign(rig, { config });
    rig.cluster.put(virtualService({ http: [toSubsets()] }));
    rig.cluster.put(destinationRule());
    expect(rig.to(0).waitsFor).toBeUndefined();
    expect(rig.to(100).waitsFor).toBeUndefined();
    const subsets = rig.cluster.get(resources.destinationRules, 'shop')?.object.spec.subsets;
    expect(subsets).toEqual([
      { name: 'stable', labels: { app: 'shop', [HASH]: HASHES.stable } },
      { name: 'other', labels: { tier: 'x' } },
      { name: 'canary', labels: { app: 'shop', [HASH]: HASHES.canary }, trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } },
    ]);
    expect(rig.cluster.get(resources.destinationRules, 'shop')?.object.metadata.annotations).toEqual({ by: 'shop' });
    expect([weights(rig), rig.leads('shop')]).toEqual([[90, 10], 'both']);
    rig.to(1000);
    rig.go(() => rig.release('canary'));
    expect(weights(rig)).toEqual([100, 0]);
    expect(rig.resting({ stable: HASHES.canary, canary: HASHES.canary })).toEqual([]);
    // One write for both subsets of the one object.
    expect(rig.resting({ stable: HASHES.stable, canary: HASHES.stable })).toHaveLength(1);
    expect([rig.rest(), rig.rest()]).toEqual([1, 0]);
  });

  it('gives the canary its part of the whole beside others, and names them', () => {
    const rig = hosts([{ route: [{ destination: { host: 'shop' }, weight: 80 }, { destination: { host: 'shop-canary' }, weight: 0 }, { destination: { host: 'third' }, weight: 20 }] }]);
    expect(problemsOf(rig)).toEqual(['VirtualService shop, spec.http[0]: leads to third as well, which keeps its weight']);
    rig.to(0);
    rig.to(100);
    expect(weights(rig)).toEqual([70, 10, 20]);
    rig.to(125);
    expect(weights(rig)).toEqual([675, 125, 200]);
    rig.to(1000);
    expect(weights(rig)).toEqual([0, 80, 20]);
    expect(rig.read().accepted).toEqual(splitOf(1000));
    expect(twoServicesRouter.inexpressible?.(rig.config, splitOf(900), rig.context, rig.cluster)).toMatchObject([{ problem: expect.stringContaining('others have 20 % of it') as string }]);
    rig.go(() => rig.release('canary'));
    expect(weights(rig)).toEqual([80, 0, 20]);
  });

  it('chooses routes by name, by port and by host name, and says what it cannot choose', () => {
    const both = { route: toBoth().route };
    const rig = new Rig({ virtualServices: [{ name: 'shop', routes: ['b'], tls: [{ port: 443, sniHosts: ['b.example.com', 'a.example.com'] }], tcp: [{ port: 9000 }] }] });
    rig.cluster.put(virtualService({
      http: [{ name: 'a', ...both }, { name: 'b', ...both }],
      tls: [{ match: [{ port: 443, sniHosts: ['a.example.com'] }, { port: 443, sniHosts: ['b.example.com'] }], ...both }, { match: [{ port: 443, sniHosts: ['a.example.com'] }], ...both }],
      tcp: [{ match: [{ port: 9000 }], ...both }, { match: [{ port: 9001 }], ...both }],
    }));
    rig.to(0);
    rig.to(100);
    const { http, tls, tcp } = rig.cluster.get(resources.virtualServices, 'shop')?.object.spec ?? {};
    const canary = (routes: readonly { readonly route?: readonly { readonly weight?: number }[] }[] | undefined): unknown => routes?.map(({ route }) => route?.[1]?.weight);
    expect([canary(http), canary(tls), canary(tcp)]).toEqual([[0, 10], [10, 0], [10, 0]]);
    expect(problemsOf(rig)).toEqual([]);
    expect(problemsOf(hosts([toBoth({ name: 'a' }), toBoth({ name: 'b' })]))).toEqual(['VirtualService shop, spec.http: has 2 routes that name both versions (a, b)']);
    expect(problemsOf(hosts([{ name: 'a', route: [{ destination: { host: 'shop' } }] }], { virtualServices: [{ name: 'shop', routes: ['a', 'c'] }, { name: 'gone' }] }))).toEqual([
      'VirtualService shop, spec.http: has no route "c"',
      'VirtualService shop, spec.http[0] ("a"): does not name both versions: Services shop and shop-canary',
      'VirtualService gone: does not exist',
    ]);
  });

  it('makes routes for matches and copies in the order of managedRoutes, with all else of the route', () => {
    const rig = hosts([{ name: 'primary', match: [{ uri: { prefix: '/' } }], rewrite: { uri: '/v1/' }, route: [{ destination: { host: 'shop', port: { number: 80 } }, weight: 100 }, { destination: { host: 'shop-canary', port: { number: 80 } }, weight: 0 }] }], { managedRoutes: ['copies', 'testers'] });
    rig.to(0);
    rig.to({
      ...splitOf(200),
      matches: [{ name: 'testers', headers: [{ name: 'X-Tester', exact: 'yes' }] }, { name: 'testers', headers: [{ name: 'agent', prefix: 'Test' }] }],
      mirrors: [{ name: 'copies', share: 500, matches: [{ method: { exact: 'GET' }, path: { prefix: '/items' } }] }],
    });
    expect(httpOf(rig)?.slice(0, 2)).toEqual([
      {
        name: 'copies', match: [{ method: { exact: 'GET' }, uri: { prefix: '/items' } }], rewrite: { uri: '/v1/' },
        route: [{ destination: { host: 'shop', port: { number: 80 } }, weight: 80 }, { destination: { host: 'shop-canary', port: { number: 80 } }, weight: 20 }],
        mirror: { host: 'shop-canary', port: { number: 80 } }, mirrorPercentage: { value: 50 },
      },
      {
        name: 'testers', match: [{ uri: { prefix: '/' }, headers: { 'x-tester': { exact: 'yes' } } }, { uri: { prefix: '/' }, headers: { agent: { prefix: 'Test' } } }], rewrite: { uri: '/v1/' },
        route: [{ destination: { host: 'shop-canary', port: { number: 80 } }, weight: 100 }],
      },
    ]);
    expect(httpOf(rig)).toHaveLength(3);
    const writes = rig.cluster.writes.length;
    rig.to({ ...splitOf(200), matches: [{ name: 'testers', headers: [{ name: 'x-tester', exact: 'yes' }] }], mirror: 100 });
    expect(httpOf(rig)?.map(({ name }) => name)).toEqual(['testers', 'serin-copies', 'primary']);
    expect(httpOf(rig)?.[1]).toMatchObject({ mirrorPercentage: { value: 10 } });
    expect(rig.cluster.writes.length).toBe(writes + 1);
    rig.to(1000);
    expect(httpOf(rig)?.map(({ name }) => name)).toEqual(['primary']);
  });

  it('refuses matches that it could not take away again, or that cannot be joined', () => {
    const rig = hosts([{ match: [{ headers: { agent: { regex: 'a.*' } } }], route: toBoth().route }], { managedRoutes: ['testers'] });
    const problems = (split: Parameters<NonNullable<typeof twoServicesRouter.inexpressible>>[1]): string[] => (twoServicesRouter.inexpressible?.(rig.config, split, rig.context, rig.cluster) ?? []).map(({ problem }) => problem);
    expect(problems({ ...splitOf(0), matches: [{ name: 'others', headers: [{ name: 'x', exact: 'y' }] }] })).toEqual(['is to make the route others, which is not among managedRoutes']);
    expect(problems({ ...splitOf(0), matches: [{ name: 'testers', headers: [{ name: 'agent', regex: 'b.*' }] }] })).toEqual(['route testers: the route matches header agent itself, and Istio takes one condition for each']);
    expect(problems({ ...splitOf(0), mirrors: [{ share: 1000, matches: [{ headers: [{ name: 'agent', prefix: 'x' }] }] }] })).toEqual(['route serin-copies: the route matches header agent itself, in a way that cannot be joined with what is to be copied']);
  });

  it('asks another namespace for consent', () => {
    const rig = new Rig({ virtualServices: [{ name: 'shop', namespace: 'edge' }] });
    rig.cluster.put({ ...virtualService({ http: [{ route: [{ destination: { host: 'shop.shop.svc.cluster.local' }, weight: 100 }, { destination: { host: 'shop-canary.shop.svc.cluster.local' }, weight: 0 }] }] }), metadata: { name: 'shop', namespace: 'edge' } });
    expect(problemsOf(rig)).toEqual(['VirtualService edge/shop, metadata.annotations: does not let releases of namespace shop change it']);
    rig.cluster.edit(resources.virtualServices, 'shop', ({ metadata }) => void (metadata.annotations = { 'serin.dev/allow-release-from': 'shop' }), 'kubectl', 'edge');
    expect(problemsOf(rig)).toEqual([]);
    rig.to(0);
    expect(rig.to(100).waitsFor).toBeUndefined();
    expect(rig.cluster.writes.at(-1)).toMatchObject({ namespace: 'edge' });
  });
});

describe('Gateway API', () => {
  it('moves weights of rules that name both Services', () => {
    const rig = new Rig({ routes: [{ name: 'shop' }] });
    const ref = (name: string, weight?: number) => ({ name, port: 80, ...(weight === undefined ? {} : { weight }) });
    rig.cluster.put(httpRoute([{ backendRefs: [ref('shop', 100), ref('shop-canary', 0)] }, { backendRefs: [ref('shop')] }, { backendRefs: [ref('shop-canary', 0), ref('shop', 70), ref('third', 30)] }]));
    rig.to(0);
    rig.to(250);
    const rules = rig.cluster.get(resources.httpRoutes, 'shop')?.object.spec.rules;
    expect(rules?.map(({ backendRefs }) => backendRefs?.map(({ weight }) => weight))).toEqual([[75, 25], [undefined], [25, 45, 30]]);
    expect(rig.read().accepted).toEqual(splitOf(250));
    const asked = (more: object): string[] => (twoServicesRouter.inexpressible?.(rig.config, { ...splitOf(1), ...more }, rig.context, rig.cluster) ?? []).map(({ place, problem }) => `${place}: ${problem}`);
    expect(asked({ matches: [{ name: 'testers', headers: [{ name: 'x', exact: 'y' }] }] })).toEqual([]);
    expect(asked({ mirror: 5 })).toEqual(['HTTPRoute shop: nothing is copied by it']);
    expect(asked({ matches: [{ headers: [{ name: 'a b', exact: 'y' }] }] })).toEqual(['HTTPRoute shop: the match header a b: y asks for header "a b", which is no name of a header']);
  });

  it('adds rules for matches before all others, and takes them away again', () => {
    const rig = new Rig({ routes: [{ name: 'shop' }] });
    const filters = [{ type: 'URLRewrite' as const, urlRewrite: { hostname: 'x' } }];
    rig.cluster.put(httpRoute([{ matches: [{ path: { type: 'PathPrefix', value: '/other' } }], backendRefs: [{ name: 'elsewhere', port: 80 }] }, { matches: [{ path: { type: 'PathPrefix', value: '/a' } }], filters, backendRefs: [{ name: 'shop', port: 80, weight: 100 }, { name: 'shop-canary', port: 80, weight: 0 }] }]));
    const rules = () => rig.cluster.get(resources.httpRoutes, 'shop')?.object.spec.rules ?? [];
    const before = rules();
    rig.to({ ...splitOf(0), matches: [{ name: 'testers', headers: [{ name: 'x-tester', exact: 'yes' }] }] });
    expect(rules()).toEqual([{ matches: [{ path: { type: 'PathPrefix', value: '/a' }, headers: [{ name: 'x-tester', type: 'Exact', value: 'yes' }] }], filters, backendRefs: [{ name: 'shop-canary', port: 80 }] }, ...before]);
    rig.to({ ...splitOf(100), matches: [{ name: 'testers', headers: [{ name: 'x-tester', exact: 'no' }] }] });
    expect(rules().map(({ backendRefs }) => backendRefs?.map(({ weight }) => weight))).toEqual([[undefined], [undefined], [90, 10]]);
    rig.to(0);
    expect([rules(), rig.cluster.get(resources.httpRoutes, 'shop')?.object.metadata.annotations]).toEqual([before, {}]);
  });
});

it('says what no kind of mode can do', () => {
  const rig = new Rig({ mode: 'switch' });
  const problems = twoServicesRouter.inexpressible?.(rig.config, { ...splitOf(0), matches: [{ headers: [{ name: 'x', exact: 'y' }] }], mirror: 10, preview: { path: '/p' } }, rig.context) ?? [];
  expect(problems.map(({ place }) => place)).toEqual(['preview', 'mode switch', 'mode switch']);
  expect(twoServicesRouter.unreachable(rig.config, [0, 500, 1000], 3)).toHaveLength(1);
  expect(problemsOf(new Rig({ virtualServices: [{ name: 'shop' }] }))).toEqual(['VirtualService shop: does not exist']);
});

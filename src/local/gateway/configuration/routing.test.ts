import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../ports/random.js';
import { destinationRule, endpointSlice, gatewayObject, pod, service, virtualService } from '../testing/objects.js';
import { compileConfiguration, type Configuration, type Snapshot } from './configuration.js';
import { parseDuration } from './durations.js';
import { EndpointPool } from './endpoints.js';
import { hostMatches, hostOf, hostsOverlap, portOf, resolveHost } from './hosts.js';
import { chooseDestination, type CompiledRoute } from './http-routes.js';
import type { HttpMatch, HttpRoute } from './http-match.js';
import { destinationRuleFields, gatewayFields, virtualServiceFields } from './istio-fields.js';
import { Refusals } from './refusals.js';
import type { Caller, RoutedRequest } from './request.js';
import { compileRetries } from './retries.js';
import { findRoute, type RouteTable } from './route-tables.js';

const refusals = new Refusals({ VirtualService: virtualServiceFields, DestinationRule: destinationRuleFields, Gateway: gatewayFields });
const PODS = [
  { name: 'a1', app: 'reviews', version: 'v1', address: '10.244.0.2' },
  { name: 'b1', app: 'reviews', version: 'v2', address: '10.244.0.3' },
];
const compile = (snapshot: Partial<Snapshot>): Configuration =>
  compileConfiguration(
    {
      gateways: [gatewayObject({ name: 'gw' }, { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['*'], port: { number: 80, name: 'http', protocol: 'HTTP' } }] })],
      virtualServices: [],
      destinationRules: [],
      services: [service('reviews', { http: 9080 }), service('two', { http: 80, admin: 81 }, '10.96.0.2')],
      endpointSlices: [endpointSlice('reviews', 'http', 9080, PODS)],
      pods: PODS.map(pod),
      ...snapshot,
    },
    new EndpointPool(),
    refusals,
  );

interface Sent {
  readonly url?: string;
  readonly method?: string;
  readonly authority?: string;
  readonly headers?: Record<string, string>;
}
const request = ({ url = '/', method = 'GET', authority = 'reviews', headers = {} }: Sent): RoutedRequest => {
  const [path = '', query] = url.split('?');
  return { path, query, method, authority, scheme: 'http', remoteAddress: '127.0.0.1', header: (name) => headers[name] };
};
const anyone = request({});
const nobody: Caller = { namespace: 'default', labels: {} };
const found = (table: RouteTable | undefined, sent: Sent, caller = nobody): CompiledRoute | undefined => table && findRoute(table, request(sent), caller);
const route = [{ destination: { host: 'reviews' } }];

const meshTable = (http: HttpRoute[]): RouteTable | undefined =>
  compile({ virtualServices: [virtualService({ name: 'r' }, { hosts: ['reviews'], http })] }).mesh.table('reviews.default.svc.cluster.local', 9080, 'default');
const passes = (match: HttpMatch, sent: Sent, caller = nobody): boolean => found(meshTable([{ name: 'it', match: [match], route }]), sent, caller)?.name === 'it';

describe('a match', () => {
  const cases: [string, HttpMatch, Sent, boolean][] = [
    ['exact path', { uri: { exact: '/a' } }, { url: '/a?x=1' }, true],
    ['exact path, longer', { uri: { exact: '/a' } }, { url: '/a/b' }, false],
    ['prefix is of characters, not of segments', { uri: { prefix: '/a' } }, { url: '/ab' }, true],
    ['regex covers the whole path', { uri: { regex: '/a.c' } }, { url: '/abc/d' }, false],
    ['regex', { uri: { regex: '/a.c(/.*)?' } }, { url: '/abc/d' }, true],
    ['regex alternatives cover the whole path too', { uri: { regex: '/a|/b' } }, { url: '/ax' }, false],
    ['case counts', { uri: { prefix: '/A' } }, { url: '/a' }, false],
    ['unless it is to be ignored', { uri: { prefix: '/A' }, ignoreUriCase: true }, { url: '/a' }, true],
    ['method', { method: { exact: 'GET' } }, { method: 'POST' }, false],
    ['authority', { authority: { prefix: 'rev' } }, {}, true],
    ['scheme', { scheme: { exact: 'https' } }, {}, false],
    ['header', { headers: { 'End-User': { exact: 'jason' } } }, { headers: { 'end-user': 'jason' } }, true],
    ['header missing', { headers: { 'end-user': { prefix: '' } } }, {}, false],
    ['header present', { headers: { 'end-user': {} } }, { headers: { 'end-user': '' } }, true],
    ['cookie by regex', { headers: { cookie: { regex: '^(.*?;)?(user=jason)(;.*)?$' } } }, { headers: { cookie: 'a=b;user=jason' } }, true],
    ['regex in header covers the whole value', { headers: { cookie: { regex: 'user' } } }, { headers: { cookie: 'user=jason' } }, false],
    ['without header', { withoutHeaders: { 'x-a': { exact: '1' } } }, { headers: { 'x-a': '1' } }, false],
    ['without header, another value', { withoutHeaders: { 'x-a': { exact: '1' } } }, { headers: { 'x-a': '2' } }, true],
    ['without header, missing', { withoutHeaders: { 'x-a': {} } }, {}, true],
    ['query', { queryParams: { v: { exact: '2%203' } } }, { url: '/?a&v=2%203' }, true],
    ['query, as it is written', { queryParams: { v: { exact: '2 3' } } }, { url: '/?a&v=2%203' }, false],
    ['query missing', { queryParams: { v: { exact: '2' } } }, { url: '/?w=2' }, false],
    ['port', { port: 9080 }, {}, true],
    ['other port', { port: 80 }, {}, false],
    ['all of one match count', { uri: { prefix: '/a' }, headers: { x: { exact: '1' } } }, { url: '/a' }, false],
    ['another gateway', { gateways: ['gw'] }, {}, false],
    ['the mesh', { gateways: ['mesh'] }, {}, true],
  ];
  it.each(cases)('%s', (_, match, sent, expected) => expect(passes(match, sent)).toBe(expected));

  it('looks at the caller', () => {
    const caller = { namespace: 'web', labels: { app: 'shop', version: 'v1' } };
    expect(passes({ sourceLabels: { app: 'shop' } }, {}, caller)).toBe(true);
    expect(passes({ sourceLabels: { app: 'shop', version: 'v2' } }, {}, caller)).toBe(false);
    expect(passes({ sourceNamespace: 'web' }, {}, caller)).toBe(true);
    expect(passes({ sourceNamespace: 'web' }, {})).toBe(false);
  });
});

describe('rules', () => {
  it('are tried in order; one of several matches is enough', () => {
    const table = meshTable([
      { name: 'first', match: [{ uri: { prefix: '/a' } }, { headers: { x: { exact: '1' } } }], route },
      { name: 'second', match: [{ uri: { prefix: '/ab' } }], route },
      { name: 'rest', route },
    ]);
    const name = (sent: Sent): string | undefined => found(table, sent)?.name;
    expect([name({ url: '/ab' }), name({ headers: { x: '1' } }), name({})]).toEqual(['first', 'first', 'rest']);
  });

  it('behind one that takes everything are never tried', () => {
    expect(meshTable([{ name: 'all', route }, { name: 'never', match: [{ uri: { exact: '/x' } }], route }])?.routes).toHaveLength(1);
  });

  it('rewrite paths as Envoy does', () => {
    const path = (match: HttpMatch | undefined, rewrite: HttpRoute['rewrite'], url: string): string | undefined => {
      const rule = found(meshTable([{ ...(match ? { match: [match] } : {}), route, ...(rewrite ? { rewrite } : {}) }]), { url });
      return rule && (rule.rewritePath?.(url) ?? url);
    };
    expect(path({ uri: { prefix: '/api/' } }, { uri: '/' }, '/api/x')).toBe('/x');
    expect(path({ uri: { prefix: '/api' } }, { uri: '/' }, '/api/x')).toBe('//x');
    expect(path({ uri: { exact: '/a' } }, { uri: '/b' }, '/a')).toBe('/b');
    expect(path({ uri: { regex: '/a.*' } }, { uri: '/b' }, '/abc')).toBe('/b');
    expect(path(undefined, { uri: '/v1' }, '/x')).toBe('/v1x');
    expect(path(undefined, { uriRegexRewrite: { match: '^/service/([^/]+)(/.*)$', rewrite: '\\2/instance/\\1$' } }, '/service/foo/v1')).toBe('/v1/instance/foo$');
  });

  it('redirect', () => {
    const location = (redirect: NonNullable<HttpRoute['redirect']>, url = '/a?b=c'): string | undefined => {
      const action = found(meshTable([{ redirect }]), { url })?.action;
      return action?.kind === 'redirect' ? `${action.redirect.status} ${action.redirect.location(request({ url, authority: 'shop.test:9080' }))}` : undefined;
    };
    expect(location({ uri: '/n', authority: 'new.test', redirectCode: 302 })).toBe('302 http://new.test/n?b=c');
    expect(location({ scheme: 'https', port: 443 })).toBe('301 https://shop.test/a?b=c');
    expect(location({ derivePort: 'FROM_REQUEST_PORT', authority: 'x.test' })).toBe('301 http://x.test:9080/a?b=c');
  });

  it('read retries', () => {
    expect(compileRetries({ attempts: 0 })).toBeUndefined();
    expect(compileRetries(undefined)).toMatchObject({ attempts: 2, connectFailure: true, reset: false });
    const policy = compileRetries({ attempts: 4, retryOn: 'gateway-error,404', perTryTimeout: '1.5s' });
    expect(policy).toMatchObject({ attempts: 4, perTryTimeout: 1500, reset: true });
    expect([404, 500, 502, 503, 504].map((status) => policy?.statuses(status))).toEqual([true, false, true, true, true]);
  });
});

describe('weights', () => {
  it.each([
    [[90, 10], 0.1],
    [[1, 1], 0.5],
    [[999, 1], 0.001],
    [[30, 0, 10], 0.25],
  ])('%j are shares of their sum', (weights, share) => {
    const table = meshTable([{ route: weights.map((weight, index) => ({ destination: { host: 'reviews', subset: `v${index}` }, weight })) }]);
    const action = found(table, {})?.action;
    if (action?.kind !== 'forward') throw new Error('no destinations');
    const random = seededRandom(42);
    const requests = 100_000;
    const last = `v${weights.length - 1}`;
    let counted = 0;
    for (let sent = 0; sent < requests; sent++) if (chooseDestination(action, random(), anyone)?.destination.subset === last) counted++;
    // Bernstein: farther off than this with a probability under 1e-6.
    const tolerance = Math.sqrt(2 * Math.log(2e6) * requests * share * (1 - share)) + (Math.log(2e6) * 2) / 3;
    expect(Math.abs(counted - requests * share)).toBeLessThan(tolerance);
  });

  it('give every draw exactly one destination, and none to a weight of 0', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 6 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (weights, draw) => {
        fc.pre(weights.some((weight) => weight > 0));
        const table = meshTable([{ route: weights.map((weight, index) => ({ destination: { host: 'reviews', subset: String(index) }, weight })) }]);
        const action = found(table, {})?.action;
        const chosen = action?.kind === 'forward' ? chooseDestination(action, draw, anyone)?.destination.subset : undefined;
        return chosen !== undefined && (weights[Number(chosen)] ?? 0) > 0;
      }),
    );
  });

  it('do not matter for one destination alone', () => {
    const action = found(meshTable([{ route: [{ destination: { host: 'reviews' }, weight: 0 }] }]), {})?.action;
    expect(action?.kind === 'forward' && chooseDestination(action, 0.5, anyone)?.destination.host).toBe('reviews.default.svc.cluster.local');
  });
});

describe('hosts', () => {
  it('of objects are completed only without a dot', () => {
    expect(resolveHost('reviews', 'prod')).toBe('reviews.prod.svc.cluster.local');
    expect(resolveHost('reviews.prod', 'default')).toBe('reviews.prod');
    expect(resolveHost('*', 'prod')).toBe('*');
  });

  it('match by suffix', () => {
    expect(hostMatches('*.shop.test', 'a.b.shop.test')).toBe(true);
    expect(hostMatches('*.shop.test', 'shop.test')).toBe(false);
    expect(hostsOverlap('*.shop.test', '*')).toBe(true);
    expect(hostsOverlap('*.a.test', '*.b.test')).toBe(false);
    expect([hostOf('Shop.test:8080'), portOf('shop.test:8080', 80), portOf('shop.test', 80), hostOf('[::1]:1')]).toEqual(['shop.test', 8080, 80, '[::1]']);
  });

  it('that are asked for by Pods follow the search list of the cluster', () => {
    const { mesh } = compile({});
    const full = 'reviews.default.svc.cluster.local';
    expect([mesh.resolve('reviews', 'default'), mesh.resolve('reviews', 'other'), mesh.resolve('reviews.default', 'other'), mesh.resolve(full, 'other')]).toEqual([full, undefined, full, full]);
  });

  it('of several VirtualServices: the mesh takes the oldest, a gateway all of them with catch-alls last', () => {
    const rule = (name: string, match?: HttpMatch): HttpRoute => ({ name, ...(match ? { match: [match] } : {}), route });
    const objects = (gateways: string[], host: string) => [
      virtualService({ name: 'newer', creationTimestamp: '2026-01-02T00:00:00Z' }, { hosts: [host], gateways, http: [rule('newer', { uri: { prefix: '/new' } })] }),
      virtualService({ name: 'older', creationTimestamp: '2026-01-01T00:00:00Z' }, { hosts: [host], gateways, http: [rule('older')] }),
    ];
    const inMesh = compile({ virtualServices: objects(['mesh'], 'reviews') }).mesh.table('reviews.default.svc.cluster.local', 9080, 'default');
    expect(inMesh?.routes.map(({ name }) => name)).toEqual(['older']);
    const outside = compile({ virtualServices: objects(['gw'], 'shop.test') }).ingress.table(80, 'shop.test');
    expect(outside?.routes.map(({ name }) => name)).toEqual(['newer', 'older']);
  });

  it('of a gateway server name the namespaces that may use them', () => {
    const gateway = (hosts: string[]) => [gatewayObject({ name: 'gw', namespace: 'edge' }, { selector: { istio: 'ingressgateway' }, servers: [{ hosts, port: { number: 80, name: 'http', protocol: 'HTTP' } }] })];
    const virtualServices = [virtualService({ name: 'v' }, { hosts: ['shop.test'], gateways: ['edge/gw'], http: [{ route }] })];
    const reached = (hosts: string[]): boolean => compile({ gateways: gateway(hosts), virtualServices }).ingress.table(80, 'shop.test') !== undefined;
    expect([reached(['default/*']), reached(['*/shop.test']), reached(['./shop.test']), reached(['other/*']), reached(['else.test'])]).toEqual([true, true, false, false, false]);
  });
});

describe('destinations', () => {
  const subset = (name: string, version: string) => ({ name, labels: { version } });
  const v1 = { host: 'reviews.default.svc.cluster.local', port: undefined, subset: 'v1' };

  it('take endpoints by the labels of a subset; rules on one host are merged, the oldest first', () => {
    const { clusters } = compile({
      destinationRules: [
        destinationRule({ name: 'b', creationTimestamp: '2026-01-02T00:00:00Z' }, { host: 'reviews', subsets: [subset('v1', 'v2'), subset('v2', 'v2')], trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } }),
        destinationRule({ name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' }, { host: 'reviews', subsets: [subset('v1', 'v1')] }),
      ],
    });
    const first = clusters.resolve(v1, 9080, 'default');
    expect(first.endpoints.map(({ address }) => address)).toEqual(['10.244.0.2']);
    expect(first.balancing).toEqual({ kind: 'random' });
    expect(clusters.resolve({ ...v1, subset: 'v2' }, 9080, 'default').endpoints.map(({ address }) => address)).toEqual(['10.244.0.3']);
    expect(clusters.resolve({ ...v1, subset: 'v3' }, 9080, 'default').exists).toBe(false);
    expect(clusters.resolve({ ...v1, subset: undefined }, 9080, 'default').endpoints).toHaveLength(2);
  });

  it('without a port mean the only one, or the one of the listener', () => {
    const { clusters } = compile({});
    expect(clusters.resolve({ ...v1, subset: undefined }, 80, 'default').exists).toBe(true);
    const two = { host: 'two.default.svc.cluster.local', port: undefined, subset: undefined };
    expect([clusters.resolve({ ...two }, 81, 'default').exists, clusters.resolve({ ...two }, 82, 'default').exists]).toEqual([true, false]);
  });

  it('leave out Pods that end, unless none is ready', () => {
    const addresses = (states: { ready?: boolean; deleting?: boolean }[]): string[] => {
      const pods = PODS.map((state, index) => ({ ...state, ...states[index] }));
      const { clusters } = compile({ endpointSlices: [endpointSlice('reviews', 'http', 9080, pods)], pods: pods.map(pod) });
      return clusters.resolve({ ...v1, subset: undefined }, 9080, 'default').endpoints.map(({ address }) => address);
    };
    expect(addresses([{ deleting: true }, {}])).toEqual(['10.244.0.3']);
    expect(addresses([{ deleting: true }, { ready: false }])).toEqual(['10.244.0.2']);
    expect(addresses([{ ready: false }, { ready: false }])).toEqual([]);
  });
});

describe('fields that are not implemented', () => {
  it('are named with their paths', () => {
    const object = virtualService(
      { name: 'x' },
      {
        hosts: ['x'],
        tcp: [{ route: [{ destination: { host: 'x' } }] }],
        tls: [],
        http: [
          {
            match: [{ headers: { '@request.auth.claims.sub': { exact: 'a' } } }, { uri: { regex: '(' } }],
            delegate: { name: 'y' },
            fault: { abort: { grpcStatus: 'UNAVAILABLE' }, delay: { fixedDelay: 'soon' } },
            retries: { attempts: 1, retryOn: '5xx,moon' },
          },
        ],
      },
    );
    const problem = refusals.of(object) ?? '';
    for (const path of ['spec.tcp', 'spec.http[0].delegate', 'spec.http[0].match[0].headers', 'match[1].uri.regex', 'fault.abort.grpcStatus', 'fault.delay.fixedDelay', 'retries.retryOn']) {
      expect(problem).toContain(path);
    }
    expect(problem).not.toContain('spec.tls');
  });
});

it('durations', () => {
  expect(['1.5s', '1h30m', '200ms', '5', '', 's'].map(parseDuration)).toEqual([1500, 5_400_000, 200, undefined, undefined, undefined]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GatewaySpec, HTTPRouteSpec } from '../../../../kubernetes/generated/gateway-api-v1.js';
import { apiGateway, gatewayClass, grpcRoute, httpRoute, namespaceObject, referenceGrant } from '../../testing/gateway-api-objects.js';
import { service } from '../../testing/objects.js';
import { chooseDestination, type CompiledRoute } from '../http-routes.js';
import type { RoutedRequest } from '../request.js';
import { Certificates } from './certificates.js';
import type { WantedCondition } from './conditions.js';
import { GatewayApiRoutes } from './gateway-api.js';
import { noGatewayApiObjects, type GatewayApiObjects } from './objects.js';
import { RouteProblems } from './supported.js';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];
type Match = NonNullable<Rule['matches']>[number];

const compile = (objects: Partial<GatewayApiObjects>): GatewayApiRoutes =>
  new GatewayApiRoutes(
    {
      ...noGatewayApiObjects,
      gatewayClasses: [gatewayClass()],
      gateways: [apiGateway({ name: 'gw' })],
      services: [service('web', { http: 8080 }), service('web', { http: 8080 }, '10.96.0.2', 'other')],
      namespaces: [namespaceObject('default'), namespaceObject('other', { team: 'a' })],
      ...objects,
    },
    new Certificates(),
    new RouteProblems(),
  );

interface Sent {
  readonly url?: string;
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
}
const request = ({ url = '/', method = 'GET', host = 'shop.test', headers = {} }: Sent): RoutedRequest => {
  const [path = '', query] = url.split('?');
  return { path, query, method, authority: host, scheme: 'http', remoteAddress: '127.0.0.1', header: (name) => headers[name] };
};
const anyone = { namespace: 'istio-system', labels: {} };
const found = (routes: GatewayApiRoutes, sent: Sent, port = 80): CompiledRoute | undefined =>
  routes.table(port, sent.host ?? 'shop.test')?.routes.find(({ match }) => match.matches(request(sent), anyone));
const backendRefs = [{ name: 'web', port: 8080 }];
const rule = (name: string, ...matches: Match[]): Rule => ({ name, matches, backendRefs });
const routeOf = (...rules: Rule[]): GatewayApiRoutes => compile({ httpRoutes: [httpRoute({ name: 'r' }, { rules })] });
const conditionsOf = (routes: GatewayApiRoutes, name = 'r'): string[][] =>
  (routes.statuses(() => undefined).routes.find(({ object }) => object.metadata.name === name)?.parents ?? []).map(({ conditions }) => conditions.map(summary));
const summary = ({ type, status, reason }: WantedCondition): string => `${type} ${status} ${reason}`;
const messageOf = (routes: GatewayApiRoutes): string => routes.statuses(() => undefined).routes[0]?.parents[0]?.conditions.map(({ message }) => message).join('') ?? '';

describe('a match', () => {
  const cases: [string, Match, Sent, boolean][] = [
    ['exact path', { path: { type: 'Exact', value: '/a' } }, { url: '/a?x=1' }, true],
    ['exact path, slash behind', { path: { type: 'Exact', value: '/a' } }, { url: '/a/' }, false],
    ['prefix, the path itself', { path: { type: 'PathPrefix', value: '/a' } }, { url: '/a' }, true],
    ['prefix, below', { path: { type: 'PathPrefix', value: '/a' } }, { url: '/a/b' }, true],
    ['prefix is of segments, not of characters', { path: { type: 'PathPrefix', value: '/a' } }, { url: '/ab' }, false],
    ['prefix, its slash behind is ignored', { path: { type: 'PathPrefix', value: '/a/' } }, { url: '/a' }, true],
    ['prefix is the default', { path: { value: '/a' } }, { url: '/a/b' }, true],
    ['regex covers the whole path', { path: { type: 'RegularExpression', value: '/a.c' } }, { url: '/abc/d' }, false],
    ['regex', { path: { type: 'RegularExpression', value: '/a.c' } }, { url: '/abc' }, true],
    ['no path', {}, { url: '/x' }, true],
    ['header', { headers: [{ name: 'X-User', value: 'a' }] }, { headers: { 'x-user': 'a' } }, true],
    ['header, other case of the value', { headers: [{ name: 'X-User', value: 'a' }] }, { headers: { 'x-user': 'A' } }, false],
    ['header, second entry of the name ignored', { headers: [{ name: 'x', value: 'a' }, { name: 'X', value: 'b' }] }, { headers: { x: 'a' } }, true],
    ['header regex', { headers: [{ name: 'x', type: 'RegularExpression', value: 'a+' }] }, { headers: { x: 'aab' } }, false],
    ['query', { queryParams: [{ name: 'v', value: '2' }] }, { url: '/?v=2' }, true],
    ['query missing', { queryParams: [{ name: 'v', type: 'RegularExpression', value: '.*' }] }, { url: '/?w=2' }, false],
    ['method', { method: 'POST' }, { method: 'GET' }, false],
    ['all parts must hold', { path: { value: '/a' }, headers: [{ name: 'x', value: '1' }] }, { url: '/a' }, false],
  ];
  it.each(cases)('%s', (_, match, sent, expected) => {
    expect(found(routeOf(rule('it', match)), sent)?.name === 'it').toBe(expected);
  });
});

describe('precedence', () => {
  const sent = { url: '/a/b?q=1', headers: { x: '1', y: '1' } };
  /** From the first that wins to the last; all of them take `sent`. */
  const order: [string, Match][] = [
    ['exact', { path: { type: 'Exact', value: '/a/b' } }],
    ['regex', { path: { type: 'RegularExpression', value: '/a.*' } }],
    ['longer prefix', { path: { value: '/a/b' } }],
    ['method', { path: { value: '/a' }, method: 'GET' }],
    ['two headers', { path: { value: '/a' }, headers: [{ name: 'x', value: '1' }, { name: 'y', value: '1' }] }],
    ['header and query', { path: { value: '/a' }, headers: [{ name: 'x', value: '1' }], queryParams: [{ name: 'q', value: '1' }] }],
    ['header', { path: { value: '/a' }, headers: [{ name: 'x', value: '1' }] }],
    ['query', { path: { value: '/a' }, queryParams: [{ name: 'q', value: '1' }] }],
    ['prefix', { path: { value: '/a' } }],
    ['anything', {}],
  ];
  it('is that of the match, whatever the order of rules and routes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(order, { minLength: 2 }), fc.nat(), (some, split) => {
        const rules = some.map(([name, match]) => rule(name, match));
        const at = split % rules.length;
        const httpRoutes = [httpRoute({ name: 'r' }, { rules: rules.slice(0, at) }), httpRoute({ name: 'q', creationTimestamp: '2025-01-01T00:00:00Z' }, { rules: rules.slice(at) })];
        const wanted = order.find(([name]) => some.some(([each]) => each === name))?.[0];
        expect(found(compile({ httpRoutes }), sent)?.name).toBe(wanted);
      }),
    );
  });
  it('between equal matches is that of age, then of the name with its namespace, then of the rules', () => {
    const made = (name: string, creationTimestamp: string, namespace = 'default') => httpRoute({ name, namespace, creationTimestamp }, { parentRefs: [{ name: 'gw', namespace: 'default' }], rules: [{ ...rule(`${namespace}/${name}`, {}), backendRefs: [] }, rule('second', {})] });
    const gateways = [apiGateway({ name: 'gw' }, [{ allowedRoutes: { namespaces: { from: 'All' } } }])];
    const winner = (...httpRoutes: ReturnType<typeof made>[]) => found(compile({ gateways, httpRoutes }), {})?.name;
    expect(winner(made('a', '2026-01-02T00:00:00Z'), made('b', '2026-01-01T00:00:00Z'))).toBe('default/b');
    expect(winner(made('b', '2026-01-01T00:00:00Z'), made('a', '2026-01-01T00:00:00Z', 'other'))).toBe('default/b');
    expect(winner(made('b', '2026-01-01T00:00:00Z'), made('a', '2026-01-01T00:00:00Z'))).toBe('default/a');
  });
  it('puts hosts above matches, and asks less telling hosts where the others have no rule', () => {
    const of = (name: string, hostnames: string[], match: Match) => httpRoute({ name }, { hostnames, rules: [rule(name, match)] });
    const routes = compile({
      httpRoutes: [of('wild', ['*.test'], { path: { type: 'Exact', value: '/x' } }), of('full', ['shop.test'], { path: { value: '/x' } }), of('longer', ['*.eu.test'], {}), of('any', [], { path: { value: '/y' } })],
    });
    expect(found(routes, { url: '/x' })?.name).toBe('full');
    expect(found(routes, { url: '/x', host: 'a.test' })?.name).toBe('wild');
    expect(found(routes, { url: '/x', host: 'a.eu.test' })?.name).toBe('longer');
    expect(found(routes, { url: '/y' })?.name).toBe('any');
    const short = compile({ httpRoutes: [of('wild', ['*.x'], { path: { type: 'Exact', value: '/' } }), of('full', ['a.x'], {})] });
    expect(found(short, { host: 'a.x' })?.name).toBe('full');
    expect(found(routes, { url: '/z' })).toBeUndefined();
    expect(routes.table(80, 'test')).toBeDefined();
    expect(routes.table(81, 'shop.test')).toBeUndefined();
  });
});

describe('listeners', () => {
  it('keep to themselves: only the one whose hostname fits best is asked', () => {
    const gateways = [apiGateway({ name: 'gw' }, [{ name: 'wild', hostname: '*.test' }, { name: 'shop', hostname: 'shop.test' }])];
    const httpRoutes = [httpRoute({ name: 'w' }, { parentRefs: [{ name: 'gw', sectionName: 'wild' }], rules: [rule('w', {})] }), httpRoute({ name: 's' }, { parentRefs: [{ name: 'gw', sectionName: 'shop' }], rules: [rule('s', { path: { value: '/s' } })] })];
    const routes = compile({ gateways, httpRoutes });
    expect(found(routes, { url: '/s' })?.name).toBe('s');
    expect(found(routes, { url: '/' })).toBeUndefined();
    expect(found(routes, { url: '/', host: 'x.test' })?.name).toBe('w');
    expect(routes.table(80, 'test')).toBeUndefined();
  });
  it.each([
    ['Same', {}, ['default']],
    ['All', { namespaces: { from: 'All' } }, ['default', 'other']],
    ['Selector', { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'a' } } } }, ['other']],
    ['only GRPCRoutes', { kinds: [{ kind: 'GRPCRoute' }], namespaces: { from: 'All' } }, []],
  ] as const)('allow routes of %s', (_, allowedRoutes, expected) => {
    const gateways = [apiGateway({ name: 'gw' }, [{ allowedRoutes: JSON.parse(JSON.stringify(allowedRoutes)) as object }])];
    const httpRoutes = ['default', 'other'].map((namespace) => httpRoute({ name: namespace, namespace }, { parentRefs: [{ name: 'gw', namespace: 'default' }], rules: [rule(namespace, {})] }));
    const routes = compile({ gateways, httpRoutes });
    const accepted = httpRoutes.filter(({ metadata }) => conditionsOf(routes, metadata.name)[0]?.[0] === 'Accepted True Accepted').map(({ metadata }) => metadata.name);
    expect(accepted).toEqual(expected);
    for (const { metadata } of httpRoutes) if (!accepted.includes(metadata.name)) expect(conditionsOf(routes, metadata.name)[0]?.[0]).toBe('Accepted False NotAllowedByListeners');
    expect(routes.statuses(() => undefined).gateways[0]?.listeners[0]?.attachedRoutes).toBe(expected.length);
  });
  it('say what is wrong with them', () => {
    const tls = { certificateRefs: [{ name: 'absent' }] };
    const listeners = [
      { name: 'tcp', port: 1, protocol: 'TCP' },
      { name: 'plain-443', port: 443 },
      { name: 'no-secret', port: 444, protocol: 'HTTPS', tls },
      { name: 'foreign-secret', port: 445, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'x', namespace: 'other' }] } },
      { name: 'kinds', port: 446, allowedRoutes: { kinds: [{ kind: 'TCPRoute' }, { kind: 'HTTPRoute' }] } },
      { name: 'a', port: 447 },
      { name: 'b', port: 447, protocol: 'HTTPS', tls },
      { name: 'options', port: 448, protocol: 'HTTPS', tls: { ...tls, options: { 'x.y/z': '1' } } },
    ];
    const [gateway] = compile({ gateways: [apiGateway({ name: 'gw' }, listeners)] }).statuses(() => undefined).gateways;
    expect(gateway?.conditions.map(summary)).toEqual(['Accepted True ListenersNotValid', 'Programmed True Programmed']);
    const wrong = Object.fromEntries(gateway?.listeners.map(({ name, conditions }) => [name, conditions.filter(({ reason, type }) => reason !== type && reason !== 'NoConflicts' && type !== 'Programmed').map(summary)]) ?? []);
    expect(wrong).toEqual({
      tcp: ['Accepted False UnsupportedProtocol'],
      'plain-443': ['Accepted False PortUnavailable'],
      'no-secret': ['ResolvedRefs False InvalidCertificateRef'],
      'foreign-secret': ['ResolvedRefs False RefNotPermitted'],
      kinds: ['ResolvedRefs False InvalidRouteKinds'],
      a: ['Accepted False ProtocolConflict', 'Conflicted True ProtocolConflict'],
      b: ['Accepted False ProtocolConflict', 'Conflicted True ProtocolConflict', 'ResolvedRefs False InvalidCertificateRef'],
      options: ['Accepted False UnsupportedValue', 'ResolvedRefs False InvalidCertificateRef'],
    });
    expect(gateway?.listeners.find(({ name }) => name === 'kinds')?.supportedKinds.map(({ kind }) => kind)).toEqual(['HTTPRoute']);
  });
  it('are not programmed while their port is not listened at', () => {
    const [gateway] = compile({}).statuses(() => 'port 80 is taken').gateways;
    expect(gateway?.conditions.map(summary)).toEqual(['Accepted True Accepted', 'Programmed False AddressNotUsable']);
    expect(gateway?.listeners[0]?.conditions.at(-1)).toMatchObject({ type: 'Programmed', status: 'False', reason: 'Pending', message: 'port 80 is taken' });
  });
});

describe('Gateways', () => {
  it('of other classes are left alone, and their routes too', () => {
    const routes = compile({ gateways: [apiGateway({ name: 'gw' }, [{}], { gatewayClassName: 'theirs' })], gatewayClasses: [gatewayClass(), gatewayClass('theirs', 'else.where/x')], httpRoutes: [httpRoute({ name: 'r' }, { rules: [rule('it', {})] })] });
    expect(routes.statuses(() => undefined)).toMatchObject({ classes: [{ object: { metadata: { name: 'serin-local' } } }], gateways: [], routes: [] });
    expect(routes.table(80, 'shop.test')).toBeUndefined();
  });
  it.each([
    ['UnsupportedAddress', { addresses: [{ value: '10.0.0.1' }] }],
    ['InvalidParameters', { infrastructure: { parametersRef: { group: 'a', kind: 'b', name: 'c' } } }],
    ['Invalid', { backendTLS: { clientCertificateRef: { name: 'x' } } }],
  ])('are refused with %s', (reason, spec) => {
    const routes = compile({ gateways: [apiGateway({ name: 'gw' }, [{}], spec as Partial<GatewaySpec>)], httpRoutes: [httpRoute({ name: 'r' }, { rules: [rule('it', {})] })] });
    expect(routes.statuses(() => undefined).gateways[0]?.conditions.map(summary)).toEqual([`Accepted False ${reason}`, 'Programmed False Invalid']);
    expect(routes.table(80, 'shop.test')).toBeUndefined();
  });
});

describe('parents', () => {
  const accepted = (spec: HTTPRouteSpec, listeners = [{ name: 'http', hostname: 'shop.test' }]) =>
    conditionsOf(compile({ gateways: [apiGateway({ name: 'gw' }, listeners)], httpRoutes: [httpRoute({ name: 'r' }, { rules: [rule('it', {})], ...spec })] })).map(([first]) => first);
  it('take a route or say why not', () => {
    expect(accepted({})).toEqual(['Accepted True Accepted']);
    expect(accepted({ hostnames: ['*.test'] })).toEqual(['Accepted True Accepted']);
    expect(accepted({ hostnames: ['else.test'] })).toEqual(['Accepted False NoMatchingListenerHostname']);
    expect(accepted({ parentRefs: [{ name: 'gw', sectionName: 'x' }] })).toEqual(['Accepted False NoMatchingParent']);
    expect(accepted({ parentRefs: [{ name: 'gw', port: 81 }, { name: 'gw', port: 80 }] })).toEqual(['Accepted False NoMatchingParent', 'Accepted True Accepted']);
    expect(accepted({ parentRefs: [{ name: 'theirs' }] })).toEqual([]);
    expect(accepted({ parentRefs: [{ group: '', kind: 'Service', name: 'absent' }] })).toEqual(['Accepted False NoMatchingParent']);
  });
  it.each([
    ['spec.rules[0].filters[0].extensionRef', { filters: [{ type: 'ExtensionRef', extensionRef: { group: 'a', kind: 'b', name: 'c' } }] }],
    ['spec.rules[0].sessionPersistence', { sessionPersistence: { sessionName: 'x' } }],
    ['spec.rules[0].retry', { retry: { attempts: 2 } }],
    ['spec.rules[0].filters[0].type', { filters: [{ type: 'CORS' }] }],
    ['spec.rules[0].backendRefs[0].filters[0].urlRewrite', { backendRefs: [{ name: 'web', port: 8080, filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'x' } }] }] }],
    ['spec.rules[0].matches[0].path', { matches: [{ path: { type: 'RegularExpression', value: '(' } }] }],
  ])('refuse what is not implemented by name: %s', (path, extra) => {
    const routes = routeOf({ backendRefs, ...(extra as Rule) });
    expect(conditionsOf(routes)[0]?.[0]).toBe('Accepted False UnsupportedValue');
    expect(messageOf(routes)).toContain(path);
    expect(routes.table(80, 'shop.test')).toBeUndefined();
  });
  it('refuse to copy calls of gRPC', () => {
    const filters = [{ type: 'RequestMirror' as const, requestMirror: { backendRef: backendRefs[0] ?? { name: '' } } }];
    const routes = compile({ grpcRoutes: [grpcRoute({ name: 'r' }, { rules: [{ filters, backendRefs }] })] });
    expect(conditionsOf(routes)[0]?.[0]).toBe('Accepted False UnsupportedValue');
    expect(messageOf(routes)).toContain('spec.rules[0].filters[0].requestMirror');
  });
  it('refuse filters that cannot stand together', () => {
    const filters = [{ type: 'RequestRedirect' as const, requestRedirect: { port: 1 } }, { type: 'URLRewrite' as const, urlRewrite: { hostname: 'x' } }];
    expect(conditionsOf(routeOf({ filters }))[0]?.[0]).toBe('Accepted False IncompatibleFilters');
  });
  it('clear the status of a route that left them', () => {
    const left = { ...httpRoute({ name: 'r' }, { parentRefs: [{ name: 'theirs' }] }), status: { parents: [{ parentRef: { name: 'gw' }, controllerName: 'serin.dev/local-gateway', conditions: [] }] } };
    expect(compile({ httpRoutes: [left] }).statuses(() => undefined).routes).toMatchObject([{ parents: [] }]);
  });
  it('give a host to HTTPRoutes or to GRPCRoutes, whichever is older', () => {
    const grpc = (creationTimestamp: string, hostnames: string[]) => grpcRoute({ name: 'g', creationTimestamp }, { hostnames, rules: [{ backendRefs }] });
    const http = httpRoute({ name: 'r' }, { hostnames: ['shop.test'], rules: [rule('it', {})] });
    const both = (other: ReturnType<typeof grpc>) => {
      const routes = compile({ httpRoutes: [http], grpcRoutes: [other] });
      return [conditionsOf(routes, 'r')[0]?.[0], conditionsOf(routes, 'g')[0]?.[0]];
    };
    expect(both(grpc('2026-01-02T00:00:00Z', ['shop.test']))).toEqual(['Accepted True Accepted', 'Accepted False HostnameConflict']);
    expect(both(grpc('2025-01-02T00:00:00Z', ['*.test']))).toEqual(['Accepted False HostnameConflict', 'Accepted True Accepted']);
    expect(both(grpc('2025-01-02T00:00:00Z', ['else.test']))).toEqual(['Accepted True Accepted', 'Accepted True Accepted']);
  });
});

describe('backends', () => {
  const shares = (routes: GatewayApiRoutes): Record<string, number> => {
    const action = found(routes, {})?.action;
    if (action?.kind !== 'forward') return { [action?.kind === 'direct' ? String(action.status) : '']: 1 };
    const counted: Record<string, number> = {};
    for (let draw = 0; draw < 1000; draw++) {
      const chosen = chooseDestination(action, draw / 1000, request({}));
      const name = chosen?.failure === undefined ? (chosen?.destination.host ?? '') : '500';
      counted[name] = (counted[name] ?? 0) + 1;
    }
    return counted;
  };
  const here = 'web.default.svc.cluster.local';
  const refs = (...some: (Partial<(typeof backendRefs)[number]> & { weight?: number; kind?: string; namespace?: string })[]) => routeOf({ backendRefs: some.map((each) => ({ name: 'web', port: 8080, ...each })) });
  it('get requests by weight; an invalid one keeps its share and fails it', () => {
    expect(shares(refs({ weight: 900 }, { name: 'absent', weight: 100 }))).toEqual({ [here]: 900, 500: 100 });
    expect(shares(refs({ weight: 1 }, { weight: 0, name: 'absent' }))).toEqual({ [here]: 1000 });
    expect(shares(refs({ weight: 0 }, { weight: 0 }))).toEqual({ 500: 1 });
    expect(shares(refs({ weight: 0 }))).toEqual({ 500: 1 });
    expect(shares(routeOf({ backendRefs: [] }))).toEqual({ 500: 1 });
  });
  it('say why they cannot be found', () => {
    expect(conditionsOf(refs({}))[0]?.[1]).toBe('ResolvedRefs True ResolvedRefs');
    expect(conditionsOf(refs({}, { name: 'absent' }))[0]).toEqual(['Accepted True Accepted', 'ResolvedRefs False BackendNotFound']);
    expect(conditionsOf(refs({ port: 1 }))[0]?.[1]).toBe('ResolvedRefs False BackendNotFound');
    expect(conditionsOf(refs({ kind: 'Pod' }))[0]?.[1]).toBe('ResolvedRefs False InvalidKind');
    expect(conditionsOf(refs({ namespace: 'other' }))[0]?.[1]).toBe('ResolvedRefs False RefNotPermitted');
    const mirror = { type: 'RequestMirror' as const, requestMirror: { backendRef: { name: 'absent', port: 1 } } };
    expect(conditionsOf(routeOf({ backendRefs, filters: [mirror] }))[0]?.[1]).toBe('ResolvedRefs False BackendNotFound');
  });
  it('in another namespace need its ReferenceGrant', () => {
    const granted = (from: Partial<{ kind: string; namespace: string }>, to: Partial<{ kind: string; name: string }>) => {
      const grant = referenceGrant({ name: 'g', namespace: 'other' }, { from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'default', ...from }], to: [{ group: '', kind: 'Service', ...to }] });
      return shares(compile({ referenceGrants: [grant], httpRoutes: [httpRoute({ name: 'r' }, { rules: [{ backendRefs: [{ name: 'web', namespace: 'other', port: 8080 }] }] })] }));
    };
    const there = { 'web.other.svc.cluster.local': 1000 };
    expect(granted({}, {})).toEqual(there);
    expect(granted({}, { name: 'web' })).toEqual(there);
    for (const wrong of [granted({ kind: 'GRPCRoute' }, {}), granted({ namespace: 'third' }, {}), granted({}, { name: 'api' }), granted({}, { kind: 'Secret' })]) expect(wrong).toEqual({ 500: 1000 });
  });
});

describe('paths', () => {
  const rewritten = (prefix: string, replacePrefixMatch: string, url: string) =>
    found(routeOf({ matches: [{ path: { value: prefix } }], filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch } } }], backendRefs }), { url })?.rewritePath?.(url);
  it.each([
    ['/foo', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo/', '/xyz', '/foo/bar', '/xyz/bar'],
    ['/foo/', '/xyz/', '/foo/bar', '/xyz/bar'],
    ['/foo', '/xyz', '/foo', '/xyz'],
    ['/foo', '/xyz', '/foo/', '/xyz/'],
    ['/foo', '', '/foo/bar', '/bar'],
    ['/foo', '', '/foo/', '/'],
    ['/foo', '', '/foo', '/'],
    ['/foo', '/', '/foo/', '/'],
    ['/foo', '/', '/foo', '/'],
    ['/', '/xyz', '/bar', '/xyz/bar'],
  ])('with prefix %s replaced by "%s": %s is sent as %s', (prefix, replacement, url, expected) => {
    expect(rewritten(prefix, replacement, url)).toBe(expected);
  });
  it.each([
    [{}, { host: 'a.test:1234', url: '/x?y=1' }, 80, '302 http://a.test/x?y=1'],
    [{}, { host: 'a.test', url: '/x' }, 8080, '302 http://a.test:8080/x'],
    [{ scheme: 'https', statusCode: 301 }, { host: 'a.test' }, 8080, '301 https://a.test/'],
    [{ scheme: 'https', port: 8443 }, { host: 'a.test' }, 80, '302 https://a.test:8443/'],
    [{ hostname: 'b.test', port: 80 }, { host: 'a.test' }, 8080, '302 http://b.test/'],
    [{ path: { type: 'ReplaceFullPath', replaceFullPath: '/n' } }, { host: 'a.test', url: '/x?y=1' }, 80, '302 http://a.test/n?y=1'],
    [{ path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/n' } }, { host: 'a.test', url: '/p/q' }, 80, '302 http://a.test/n/q'],
  ])('redirect by %j', (redirect, sent: Sent, port, expected) => {
    const requestRedirect = redirect as NonNullable<NonNullable<Rule['filters']>[number]['requestRedirect']>;
    const routes = compile({
      gateways: [apiGateway({ name: 'gw' }, [{ port }])],
      httpRoutes: [httpRoute({ name: 'r' }, { rules: [{ matches: [{ path: { value: sent.url?.startsWith('/p') ? '/p' : '/' } }], filters: [{ type: 'RequestRedirect', requestRedirect }] }] })],
    });
    const action = routes.table(port, 'a.test')?.routes.find(({ match }) => match.matches(request(sent), anyone))?.action;
    expect(action?.kind === 'redirect' && `${action.redirect.status} ${action.redirect.location(request(sent))}`).toBe(expected);
  });
});

describe('calls of gRPC', () => {
  const order: [string, object][] = [
    ['method', { method: { service: 'shop.Cart', method: 'Add' } }],
    ['service with header', { method: { service: 'shop.Cart' }, headers: [{ name: 'x', value: '1' }] }],
    ['service', { method: { service: 'shop.Cart' } }],
    ['any', {}],
  ];
  it.each([
    ['/shop.Cart/Add', 'method'],
    ['/shop.Cart/Drop', 'service with header'],
    ['/shop.Cart2/Add', 'any'],
  ])('%s follow the rule of %s', (url, expected) => {
    const routes = compile({ grpcRoutes: [grpcRoute({ name: 'g' }, { rules: [...order].reverse().map(([name, match]) => ({ name, matches: [match], backendRefs })) })] });
    expect(found(routes, { url, headers: { x: '1' }, method: 'POST' })?.name).toBe(expected);
  });
});

describe('Services as parents', () => {
  const bound = (namespace: string, name: string) => httpRoute({ name, namespace }, { parentRefs: [{ group: '', kind: 'Service', name: 'web', namespace: 'default', port: 8080 }], rules: [rule(name, {})] });
  const names = (routes: GatewayApiRoutes, caller: string, port = 8080) => routes.serviceRoutes('web.default.svc.cluster.local', port, caller)?.map(({ name }) => name);
  it('take routes of their own namespace for everyone, and others for callers of the route’s namespace', () => {
    const routes = compile({ gateways: [], httpRoutes: [bound('default', 'producer'), bound('other', 'consumer')] });
    expect(names(routes, 'default')).toEqual(['producer']);
    expect(names(routes, 'third')).toEqual(['producer']);
    expect(names(routes, 'other')).toEqual(['consumer']);
    expect(names(routes, 'default', 81)).toBeUndefined();
    expect(conditionsOf(routes, 'consumer')).toEqual([['Accepted True Accepted', 'ResolvedRefs True ResolvedRefs']]);
  });
});

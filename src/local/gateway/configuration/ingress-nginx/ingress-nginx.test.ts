import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ingress } from '../../../../kubernetes/generated/networking-v1.js';
import { endpointSlice, pod, service } from '../../testing/objects.js';
import { ingress, type PathState } from '../../testing/ingresses.js';
import { EndpointPool, podKey, readServices } from '../endpoints.js';
import { chooseDestination } from '../http-routes.js';
import type { RoutedRequest } from '../request.js';
import { findRoute } from '../route-tables.js';
import { backendKeyOf } from '../session-affinity.js';
import { nginxClass } from './ingress-class.js';
import { IngressNginxCompiler, type IngressNginxRoutes } from './ingress-nginx.js';
import { escapePath, normalizePath } from './normalized-path.js';

const NAMES = ['v1', 'v2', 'v3', 'nginx-v1-22-0', 'nginx-v1-24-0'];
const PODS = NAMES.map((app, index) => ({ name: `${app}-1`, app, version: 'v', address: `10.244.0.${index + 2}` }));

function compile(ingresses: readonly Ingress[], serving: readonly string[] = NAMES): IngressNginxRoutes {
  const services = NAMES.map((name, index) => service(name, { http: 80 }, `10.96.0.${index + 1}`));
  const slices = PODS.filter(({ app }) => serving.includes(app)).map((state) => endpointSlice(state.app, 'http', 80, [state]));
  const pods = new Map(PODS.map((state) => [podKey('default', state.name), pod(state)]));
  return new IngressNginxCompiler().compile({ ingresses, ingressClasses: [nginxClass], secrets: [] }, services, readServices(services, slices, pods, new EndpointPool()));
}

interface Sent {
  readonly host?: string;
  readonly port?: number;
  readonly headers?: Record<string, string>;
  readonly draw?: number;
}

/** What becomes of a request: `service path`, `status`, or `status location`. */
function outcome(routes: IngressNginxRoutes, url: string, { host = 'example.com', port = 80, headers = {}, draw = 0.999 }: Sent = {}): string {
  const [path = '', query] = url.split('?');
  const request: RoutedRequest = { ...{ path, query, method: 'GET', authority: host }, scheme: port === 443 ? 'https' : 'http', remoteAddress: '127.0.0.1', header: (name) => headers[name] };
  const table = routes.table(port, host);
  if (table === undefined) return 'unclaimed';
  const route = findRoute(table, request, { namespace: 'default', labels: {} });
  if (route === undefined) return 'none';
  const { action, rewritePath } = route;
  if (action.kind === 'redirect') return `${action.redirect.status} ${action.redirect.location(request)}`;
  if (action.kind === 'direct') return action.status === 503 && action.body.toString().startsWith('refused') ? action.body.toString() : String(action.status);
  const name = chooseDestination(action, draw, request)?.destination.host.split('.')[0] ?? '';
  return `${name} ${rewritePath ? rewritePath(path) : path}`;
}

const web = (paths: readonly PathState[], annotations: Record<string, string> = {}, host = 'example.com', name = 'web') => ingress(name, { host, paths, annotations });
const canary = (annotations: Record<string, string>, paths: readonly PathState[] = [['/', 'v2']]) =>
  ingress('web-canary', { host: 'example.com', paths, annotations: { canary: 'true', ...annotations }, creationTimestamp: '2026-01-01T00:10:00Z' });

describe('paths', () => {
  it('are exact before the longest prefix, by whole elements, whatever their order', () => {
    const routes = compile([web([['/', 'v1'], ['/foo', 'v2', 'Exact'], ['/foo', 'v3'], ['/foo/bar/', 'nginx-v1-22-0'], ['/impl', 'v2', 'ImplementationSpecific']])]);
    const asked = ['/', '/foo', '/foo/', '/foo/x', '/foobar', '/FOO', '/foo/bar/x', '/impl', '/impl/x', '/implx'];
    expect(asked.map((path) => outcome(routes, path).split(' ')[0])).toEqual(['v1', 'v2', 'v3', 'v3', 'v1', 'v1', 'nginx-v1-22-0', 'v2', 'v2', 'v1']);
    expect(outcome(routes, '/foo/bar?a=1')).toBe('301 http://example.com/foo/bar/?a=1');
  });

  it('are compared decoded and cleaned, and sent on as they came', () => {
    const routes = compile([web([['/', 'v1'], ['/a b', 'v2', 'ImplementationSpecific']])]);
    expect(outcome(routes, '/a%20b/c')).toBe('v2 /a%20b/c');
    expect(outcome(routes, '/x/..//a%20b')).toBe('v2 /x/..//a%20b');
    expect(outcome(routes, '/../a')).toBe('400');
    expect(outcome(routes, '/%zz')).toBe('400');
  });

  it('all become regular expressions for any case, longest first, once one of the host is', () => {
    const routes = compile([web([['/foo', 'v1'], ['/f[a-z]+/x', 'v2', 'ImplementationSpecific']], { 'use-regex': 'true' }), web([['/abc', 'v3']], {}, 'example.com', 'plain')]);
    expect(outcome(routes, '/FOObar')).toBe('v1 /FOObar');
    expect(outcome(routes, '/foo/x')).toBe('v2 /foo/x');
    expect(outcome(routes, '/ABCDEF')).toBe('v3 /ABCDEF');
    expect(outcome(routes, '/zzz')).toBe('404');
  });

  it('belong to the older Ingress where two ask for the same', () => {
    const newer = ingress('a-newer', { host: 'example.com', paths: [['/', 'v2'], ['/two', 'v2']], creationTimestamp: '2026-01-02T00:00:00Z' });
    const routes = compile([newer, web([['/', 'v1']])]);
    expect(outcome(routes, '/')).toBe('v1 /');
    expect(outcome(routes, '/two')).toBe('v2 /two');
    expect(routes.problems.map(({ message }) => message)).toEqual(['spec.rules[0].http.paths[0]: / of host example.com is served for an older Ingress']);
  });
});

describe('rewriting', () => {
  const article = (live: string, pathOfLive: string, preview: boolean): IngressNginxRoutes => {
    const paths: PathState[] = [[pathOfLive, live, 'ImplementationSpecific'], ...(preview ? [['/green(/|$)(.*)', 'nginx-v1-24-0', 'ImplementationSpecific'] as const] : [])];
    return compile([web(paths, { 'rewrite-target': '/$2', 'use-regex': 'true' })]);
  };

  it.each([
    ['/', 'nginx-v1-22-0', '/'],
    ['/foo', 'nginx-v1-22-0', '/foo'],
    ['/greenhouse', 'nginx-v1-22-0', '/greenhouse'],
    ['/green', 'nginx-v1-24-0', '/'],
    ['/green/', 'nginx-v1-24-0', '/'],
    ['/green/new', 'nginx-v1-24-0', '/new'],
    ['/green/foo', 'nginx-v1-24-0', '/foo'],
  ])('of a preview by path: %s goes to %s as %s', (asked, backend, path) => {
    expect(outcome(article('nginx-v1-22-0', '/()(.*)', true), asked)).toBe(`${backend} ${path}`);
  });

  it('after the preview was promoted', () => {
    const routes = article('nginx-v1-24-0', '/()(.*)', false);
    expect(outcome(routes, '/foo')).toBe('nginx-v1-24-0 /foo');
    expect(outcome(routes, '/green/foo')).toBe('nginx-v1-24-0 /green/foo');
  });

  it('with /* and /$2 sends every live request to /', () => {
    const routes = article('nginx-v1-22-0', '/*', true);
    expect(outcome(routes, '/foo')).toBe('nginx-v1-22-0 /');
    expect(outcome(routes, '/green')).toBe('nginx-v1-24-0 /');
    expect(outcome(routes, '/green/new')).toBe('nginx-v1-24-0 /new');
  });

  it('happens on the decoded path, and escapes again', () => {
    expect(outcome(article('v1', '/()(.*)', false), '/a%20b%3Fc')).toBe('v1 /a%20b%3Fc');
  });
});

describe('hosts', () => {
  const routes = compile([
    web([['/', 'v1']], {}, 'a.example.com'),
    web([['/', 'v2']], {}, '*.example.com', 'wild'),
    ingress('default', { spec: { defaultBackend: { service: { name: 'v3', port: { number: 80 } } } } }),
  ]);

  it('are exact before a wildcard of one label before the default backend', () => {
    expect(outcome(routes, '/', { host: 'a.example.com' })).toBe('v1 /');
    expect(outcome(routes, '/', { host: 'b.example.com' })).toBe('v2 /');
    expect(outcome(routes, '/', { host: 'c.b.example.com' })).toBe('v3 /');
    expect(outcome(routes, '/', { host: 'example.com' })).toBe('v3 /');
  });

  it('that nobody named are answered 404, and none is claimed without an Ingress of the class', () => {
    expect(outcome(compile([web([['/', 'v1']])]), '/', { host: 'else.test' })).toBe('404');
    const other = { ...web([['/', 'v1']]), spec: { ...web([['/', 'v1']]).spec, ingressClassName: 'traefik' } };
    expect(outcome(compile([other]), '/')).toBe('unclaimed');
  });

  it('are also those of the old annotation', () => {
    const { ingressClassName: _, ...spec } = web([['/', 'v1']]).spec;
    const old = (name: string): Ingress => ({ ...web([['/', 'v1']]), metadata: { name: 'old', namespace: 'default', annotations: { 'kubernetes.io/ingress.class': name } }, spec });
    expect(outcome(compile([old('nginx')]), '/')).toBe('v1 /');
    expect(outcome(compile([old('traefik')]), '/')).toBe('unclaimed');
  });
});

describe('canaries', () => {
  const main = web([['/', 'v1']]);
  const byCookie = { 'canary-by-cookie': 'canary' };
  const byValue = { 'canary-by-header': 'cookie', 'canary-by-header-pattern': '(^|[^-\\w])version=v2($|[^-\\w])' };

  it.each([
    [byCookie, undefined, 'v1'],
    [byCookie, 'canary=always', 'v2'],
    [byCookie, 'canary=never', 'v1'],
    [byCookie, 'canary=v2', 'v1'],
    [byValue, 'version=v2', 'v2'],
    [byValue, 'a=1; version=v2', 'v2'],
    [byValue, 'version=v1', 'v1'],
    [byValue, 'version=v20', 'v1'],
    [byValue, 'version=v2; a=1', 'v2'],
    [byValue, 'my-version=v2', 'v1'],
    [{ ...byCookie, 'canary-weight': '30' }, 'canary=always', 'v2'],
    [{ ...byCookie, 'canary-weight': '30' }, 'canary=never', 'v1'],
  ])('with %o and cookie %s go to %s', (annotations, cookie, backend) => {
    const routes = compile([main, canary(annotations)]);
    const draw = cookie === 'canary=never' ? 0 : 0.999;
    expect(outcome(routes, '/', { headers: cookie === undefined ? {} : { cookie }, draw })).toBe(`${backend} /`);
  });

  it('have exactly their weight of all draws', () => {
    expect(outcome(compile([main, canary({ 'canary-weight': '0' })]), '/', { draw: 0 })).toBe('v1 /');
    expect(outcome(compile([main, canary({ 'canary-weight': '50' })]), '/', { draw: 0.5 })).toBe('v1 /');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1100 }), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 999 }), (weight, total, draw) => {
        const routes = compile([main, canary({ 'canary-weight': String(weight), 'canary-weight-total': String(total) })]);
        // A total below 100 counts as 100.
        expect(outcome(routes, '/', { draw: draw / 1000 })).toBe((draw / 1000) * Math.max(100, total) < weight ? 'v2 /' : 'v1 /');
      }),
      { seed: 20260101 },
    );
  });

  it.each([
    [{ 'canary-by-header': 'X-Canary' }, { 'x-canary': 'always', cookie: 'canary=never' }, 'v2'],
    [{ 'canary-by-header': 'X-Canary' }, { 'x-canary': 'never', cookie: 'canary=always' }, 'v1'],
    [{ 'canary-by-header': 'X-Canary' }, { 'x-canary': 'other', cookie: 'canary=always' }, 'v2'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'yes' }, { 'x-canary': 'yes' }, 'v2'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'yes' }, { 'x-canary': 'always' }, 'v1'],
    [{ 'canary-by-header': 'X-Canary', 'canary-by-header-value': 'yes', 'canary-by-header-pattern': 'no' }, { 'x-canary': 'no' }, 'v1'],
  ])('look at the header %o before the cookie: %o goes to %s', (annotations, headers, backend) => {
    expect(outcome(compile([main, canary({ ...annotations, ...byCookie })]), '/', { headers })).toBe(`${backend} /`);
  });

  it('take nothing without endpoints, without a main rule, or beside an older one', () => {
    const all = { 'canary-weight': '100' };
    expect(outcome(compile([main, canary(all)]), '/')).toBe('v2 /');
    expect(outcome(compile([main, canary(all)], ['v1']), '/')).toBe('v1 /');
    const lost = compile([main, canary(all, [['/other', 'v2']])]);
    expect(outcome(lost, '/other')).toBe('v1 /other');
    expect(lost.problems[0]?.message).toContain('no main Ingress has this host and path');
    const second = { ...ingress('z', { host: 'example.com', paths: [['/', 'v3']], annotations: { canary: 'true', ...all }, creationTimestamp: '2026-02-01T00:00:00Z' }) };
    const two = compile([main, canary({ 'canary-weight': '0' }), second]);
    expect(outcome(two, '/')).toBe('v1 /');
    expect(two.problems[0]?.message).toContain('only one canary counts');
    expect(outcome(compile([canary(all)]), '/')).toBe('404');
  });

  it('that are main backends, too, belong to whichever is older', () => {
    const both = web([['/', 'v1'], ['/two', 'v2']]);
    const older = compile([both, canary({ 'canary-weight': '100' })]);
    expect([outcome(older, '/'), outcome(older, '/two')]).toEqual(['v1 /', 'v2 /two']);
    expect(older.problems[0]?.message).toContain('is a main backend too');
    const early = { ...canary({ 'canary-weight': '100' }) };
    const younger = compile([both, { ...early, metadata: { ...early.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } }]);
    expect([outcome(younger, '/'), outcome(younger, '/two')]).toEqual(['v2 /', 'v2 /two']);
    expect(younger.problems[0]?.message).toContain('canary Ingress that is older');
  });

  it('are beside all paths of their main backend', () => {
    const routes = compile([web([['/', 'v1'], ['/other', 'v1'], ['/third', 'v3']]), canary({ 'canary-weight': '100' })]);
    expect([outcome(routes, '/other'), outcome(routes, '/third')]).toEqual(['v2 /other', 'v3 /third']);
  });

  it('keep clients where their session cookie binds them, unless the canary says legacy', () => {
    const sticky = web([['/', 'v1']], { affinity: 'cookie' });
    const bound = (backend: string) => ({ headers: { cookie: `INGRESSCOOKIE=x|${backendKeyOf(`default-${backend}-80`)}` } });
    const routes = (weight: string, behavior: string) => compile([sticky, canary({ 'canary-weight': weight, 'affinity-canary-behavior': behavior })]);
    expect(outcome(routes('100', 'sticky'), '/', bound('v1'))).toBe('v1 /');
    expect(outcome(routes('0', 'sticky'), '/', bound('v2'))).toBe('v2 /');
    expect(outcome(routes('0', 'legacy'), '/', bound('v2'))).toBe('v1 /');
  });

  it('leave the rewriting and redirecting to the main Ingress', () => {
    const routes = compile([web([['/', 'v1']], { 'rewrite-target': '/api' }), canary({ 'canary-weight': '100', 'rewrite-target': '/mine' })]);
    expect(outcome(routes, '/x')).toBe('v2 /api');
  });
});

describe('what is not implemented', () => {
  it('is refused by name, and the rest goes on', () => {
    const routes = compile([web([['/', 'v1']], { 'auth-url': 'http://auth', 'enable-cors': 'true' }), web([['/', 'v2']], {}, 'good.test', 'good')]);
    const message = 'not implemented by the local gateway: nginx.ingress.kubernetes.io/auth-url, nginx.ingress.kubernetes.io/enable-cors (is not implemented)';
    expect(outcome(routes, '/')).toBe(`refused: Ingress default/web: ${message}`);
    expect(outcome(routes, '/', { host: 'good.test' })).toBe('v2 /');
    expect(routes.problems.map((each) => [each.ingress.metadata.name, each.message])).toEqual([['web', message]]);
    expect(routes.served.map(({ metadata }) => metadata.name)).toEqual(['good']);
  });

  it.each([
    [{ 'rewrite-target': '/$host' }, 'captures'],
    [{ 'rewrite-target': 'http://else/$1' }, 'must begin with /'],
    [{ 'canary-weight': 'ten' }, 'whole number'],
    [{ affinity: 'ip' }, 'only "cookie"'],
    [{ 'canary-by-cookie': 'canary' }, '"true" is missing'],
    [{ 'mirror-target': 'https://else.test$request_uri' }, 'other targets'],
    [{ canary: 'true', 'canary-by-header': 'a', 'canary-by-header-pattern': 'a;b' }, 'characters'],
  ])('includes values such as %o', (annotations, words) => {
    expect(compile([web([['/', 'v1']], annotations)]).problems[0]?.message).toContain(words);
  });

  it('is not what nginx itself answers: bodies too large, and addresses that are not let in', () => {
    const body = (bytes: number) => ({ headers: { 'content-length': String(bytes) } });
    expect(outcome(compile([web([['/', 'v1']])]), '/', body(1024 ** 2))).toBe('v1 /');
    expect(outcome(compile([web([['/', 'v1']])]), '/', body(1024 ** 2 + 1))).toBe('413');
    expect(outcome(compile([web([['/', 'v1']], { 'proxy-body-size': '2m' })]), '/', body(1024 ** 2 + 1))).toBe('v1 /');
    expect(outcome(compile([web([['/', 'v1']], { 'proxy-body-size': '0' })]), '/', body(1e12))).toBe('v1 /');
    expect(outcome(compile([web([['/', 'v1']], { 'whitelist-source-range': '0.0.0.0/0,::/0' })]), '/')).toBe('v1 /');
    expect(outcome(compile([web([['/', 'v1']], { 'whitelist-source-range': '10.0.0.0/8, 192.168.1.1' })]), '/')).toBe('403');
    expect(outcome(compile([web([['/', 'v1']], { 'denylist-source-range': '127.0.0.0/8' })]), '/')).toBe('403');
    expect(compile([web([['/', 'v1']], { 'whitelist-source-range': '10.0.0.0/33' })]).problems[0]?.message).toContain('10.0.0.0 is no address');
  });

  it('includes regular expressions as plain paths', () => {
    const message = 'spec.rules[0].http.paths[0]: path /a(/|$) cannot be used with pathType Prefix, only with ImplementationSpecific';
    expect(outcome(compile([web([['/a(/|$)', 'v1'], ['/b', 'v2']])]), '/b')).toBe(`refused: Ingress default/web: ${message}`);
  });

  it('includes backends that are no Services, path by path', () => {
    const { spec, ...rest } = web([['/', 'v1']]);
    const paths = [...(spec.rules?.[0]?.http?.paths ?? []), { path: '/static', pathType: 'Prefix', backend: { resource: { apiGroup: 'k8s.example.com', kind: 'StorageBucket', name: 'static' } } }];
    const routes = compile([{ ...rest, spec: { ...spec, rules: [{ host: 'example.com', http: { paths } }] } }]);
    expect(outcome(routes, '/static/a')).toContain('spec.rules[0].http.paths[1].backend.resource');
    expect(outcome(routes, '/a')).toBe('v1 /a');
  });

  it('leaves the main Ingress alone when it is asked of a canary', () => {
    const routes = compile([web([['/', 'v1']]), canary({ 'canary-weight': '100', 'auth-url': 'http://auth' })]);
    expect(outcome(routes, '/')).toBe('v1 /');
  });
});

describe('redirects to https', () => {
  const tls = { tls: [{ hosts: ['example.com'], secretName: 'missing' }] };
  const secure = (annotations: Record<string, string>) => compile([ingress('web', { host: 'example.com', paths: [['/', 'v1']], annotations, spec: { ...web([['/', 'v1']]).spec, ...tls } })]);

  it('happen where the host has TLS, even with the fake certificate, unless they are turned off', () => {
    expect(outcome(secure({}), '/a?b=1')).toBe('308 https://example.com/a?b=1');
    expect(outcome(secure({}), '/a/')).toBe('308 https://example.com/a');
    expect(outcome(secure({ 'preserve-trailing-slash': 'true' }), '/a/')).toBe('308 https://example.com/a/');
    expect(outcome(secure({ 'ssl-redirect': 'false' }), '/a')).toBe('v1 /a');
    expect(outcome(secure({}), '/a', { port: 443 })).toBe('v1 /a');
    expect(outcome(compile([web([['/', 'v1']])]), '/a')).toBe('v1 /a');
    expect(outcome(compile([web([['/', 'v1']], { 'force-ssl-redirect': 'true' })]), '/a')).toBe('308 https://example.com/a');
    const secureCanary = canary({ 'canary-weight': '0' });
    expect(outcome(compile([web([['/', 'v1']]), { ...secureCanary, spec: { ...secureCanary.spec, ...tls } }]), '/a')).toBe('v1 /a');
  });
});

describe('paths of requests', () => {
  it('are cleaned once and for all', () => {
    const part = fc.constantFrom('a', 'b', '.', '..', '', '%41', 'x y');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const once = normalizePath(`/${parts.join('/')}`);
        if (once === undefined) return;
        expect(once).not.toMatch(/\/\/|\/\.\.?(\/|$)/);
        expect(normalizePath(escapePath(once))).toBe(once);
      }),
      { seed: 20260101 },
    );
  });
});

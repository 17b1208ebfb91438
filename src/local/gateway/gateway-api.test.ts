import { connect as connectHttp2, createServer as createHttp2Server, type Http2Server } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HTTPRouteSpec } from '../../kubernetes/generated/gateway-api-v1.js';
import { systemClock } from '../../ports/clock.js';
import { makeFakeCertificate } from './proxy/fake-certificate.js';
import { apiGateway, grpcRoute, httpRoute, namespaceObject, referenceGrant, tlsSecret } from './testing/gateway-api-objects.js';
import { startMesh, type Mesh } from './testing/mesh.js';
import { endpointSlice, gatewayObject, virtualService } from './testing/objects.js';

type Rule = NonNullable<HTTPRouteSpec['rules']>[number];

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh();
  mesh.gatewayApi.namespaces.remember(namespaceObject('default'));
});
afterEach(() => mesh.stop());

/** What the certificate is for. */
const SECURE_HOST = 'ingress.local';
const stable = { name: 'reviews', port: 9080 };
const canary = { name: 'reviews-canary', port: 9080 };

/** Two Services with a Pod each, and a Gateway for them. */
async function startReviews(): Promise<string> {
  mesh.addService('reviews', '10.96.0.10');
  mesh.addService('reviews-canary', '10.96.0.11');
  await mesh.addPod('reviews', 'v1');
  await mesh.addPod('reviews-canary', 'v2');
  mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }));
  return mesh.addPod('productpage', 'v1');
}
const route = async (...rules: Rule[]): Promise<void> => {
  mesh.gatewayApi.httpRoutes.remember(httpRoute({ name: 'reviews', generation: 2 }, { hostnames: ['shop.test'], rules }));
  await mesh.gateway.settled();
};
const routeStatus = () => mesh.gatewayApi.httpRoutes.get({ name: 'reviews', namespace: 'default' })?.status?.parents;

describe('requests from outside', () => {
  it('are split by weight, and an invalid backend fails its share', async () => {
    await startReviews();
    await route({ backendRefs: [{ ...stable, weight: 80 }, { ...canary, weight: 10 }, { name: 'absent', port: 1, weight: 10 }] });
    const counted: Record<string, number> = {};
    for (let sent = 0; sent < 400; sent++) {
      const { status, body } = await mesh.outside('/');
      const key = status === 200 ? body.slice(0, 2) : String(status);
      counted[key] = (counted[key] ?? 0) + 1;
    }
    // Binomial(400, 0.1): outside 13…76 with a probability under 1e-6, for each of both.
    for (const key of ['v2', '500']) {
      expect(counted[key]).toBeGreaterThanOrEqual(13);
      expect(counted[key]).toBeLessThanOrEqual(76);
    }
    expect(Object.keys(counted).sort()).toEqual(['500', 'v1', 'v2']);
  });

  it('are matched, changed and redirected', async () => {
    const seen: Record<string, unknown>[] = [];
    mesh.addService('reviews', '10.96.0.10');
    await mesh.addPod('reviews', 'v1', (request, response) => {
      seen.push({ url: request.url, host: request.headers.host, added: request.headers['x-added'], set: request.headers['x-set'], gone: request.headers['x-gone'] });
      response.setHeader('x-server', 'mine').end('ok');
    });
    mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }));
    await route(
      {
        matches: [{ path: { value: '/api' } }],
        filters: [
          { type: 'RequestHeaderModifier', requestHeaderModifier: { add: [{ name: 'X-Added', value: '1' }], set: [{ name: 'X-Set', value: '2' }], remove: ['X-Gone'] } },
          { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'X-Route', value: 'rule' }], remove: ['X-Server'] } },
          { type: 'URLRewrite', urlRewrite: { hostname: 'inner.test', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v1' } } },
        ],
        backendRefs: [{ ...stable, filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'X-Backend', value: 'stable' }] } }] }],
      },
      { matches: [{ path: { value: '/old' } }], filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', path: { type: 'ReplaceFullPath', replaceFullPath: '/new' }, statusCode: 301 } }] },
    );
    const answer = await mesh.outside('/api/x?y=1', { headers: { 'x-set': 'old', 'x-gone': 'z' } });
    expect(seen).toEqual([{ url: '/v1/x?y=1', host: 'inner.test', added: '1', set: '2', gone: undefined }]);
    expect(answer).toMatchObject({ status: 200, headers: { 'x-route': 'rule', 'x-backend': 'stable' } });
    expect(answer.headers['x-server']).toBeUndefined();
    expect(await mesh.outside('/old/x')).toMatchObject({ status: 301, headers: { location: 'https://shop.test/new' } });
    expect(await mesh.outside('/apix')).toMatchObject({ status: 404 });
    expect(await mesh.outside('/api', { host: 'else.test' })).toMatchObject({ status: 404 });
  });

  it('are mirrored, and end at the timeouts of their route', async () => {
    const seen: string[] = [];
    mesh.addService('reviews', '10.96.0.10');
    mesh.addService('reviews-canary', '10.96.0.11');
    await mesh.addPod('reviews', 'v1', (request, response) => (request.url === '/slow' ? undefined : void response.end('ok')));
    await mesh.addPod('reviews-canary', 'v2', (request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }));
    const mirror = (percent: number): Rule['filters'] => [{ type: 'RequestMirror', requestMirror: { backendRef: canary, percent } }];
    await route(
      { matches: [{ path: { value: '/copied' } }], filters: mirror(100) ?? [], backendRefs: [stable] },
      { matches: [{ path: { value: '/never' } }], filters: mirror(0) ?? [], backendRefs: [stable] },
      { matches: [{ path: { value: '/slow' } }], timeouts: { request: '50ms' }, backendRefs: [stable] },
      { matches: [{ path: { value: '/slow' }, headers: [{ name: 'try', value: '1' }] }], timeouts: { backendRequest: '40ms' }, backendRefs: [stable] },
    );
    for (const path of ['/never', '/copied']) expect(await mesh.outside(path)).toMatchObject({ status: 200, body: 'ok' });
    await vi.waitFor(() => expect(seen).toEqual(['/copied']));
    expect(await mesh.outside('/slow')).toMatchObject({ status: 504 });
    expect(await mesh.outside('/slow', { headers: { try: '1' } })).toMatchObject({ status: 504 });
  });

  it('follow Istio first, and Gateway API where Istio has nothing for the host', async () => {
    await startReviews();
    mesh.gatewayApi.httpRoutes.remember(httpRoute({ name: 'all' }, { rules: [{ backendRefs: [canary] }] }));
    mesh.informers.gateways.remember(gatewayObject({ name: 'istio' }, { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['shop.test'], port: { number: 80, name: 'http', protocol: 'HTTP' } }] }));
    mesh.informers.virtualServices.remember(virtualService({ name: 'shop' }, { hosts: ['shop.test'], gateways: ['istio'], http: [{ route: [{ destination: { host: 'reviews' } }] }] }));
    await mesh.gateway.settled();
    expect(await mesh.outside('/')).toMatchObject({ body: 'v1 /' });
    expect(await mesh.outside('/', { host: 'else.test' })).toMatchObject({ body: 'v2 /' });
  });

  it('come in at every port that a listener names, and by TLS with its Secret', async () => {
    await startReviews();
    const { cert, key } = await makeFakeCertificate(systemClock.now());
    mesh.gatewayApi.secrets.remember(tlsSecret({ name: 'shop', namespace: 'certs' }, cert, key));
    const listeners = [
      { name: 'http', port: 8080 },
      { name: 'https', port: 8443, protocol: 'HTTPS', hostname: SECURE_HOST, tls: { certificateRefs: [{ name: 'shop', namespace: 'certs' }] } },
    ];
    mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }, listeners));
    mesh.gatewayApi.httpRoutes.remember(httpRoute({ name: 'reviews' }, { rules: [{ backendRefs: [stable] }] }));
    await mesh.gateway.settled();
    expect(mesh.ingressPort(8080)).toBeGreaterThan(0);
    const gatewayStatus = () => mesh.gatewayApi.gateways.get({ name: 'gw', namespace: 'default' })?.status;
    const https = () => gatewayStatus()?.listeners?.find(({ name }) => name === 'https')?.conditions;
    await vi.waitFor(() => expect(https()?.find(({ type }) => type === 'ResolvedRefs')).toMatchObject({ status: 'False', reason: 'RefNotPermitted' }));
    mesh.gatewayApi.referenceGrants.remember(
      referenceGrant({ name: 'g', namespace: 'certs' }, { from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'default' }], to: [{ group: '', kind: 'Secret' }] }),
    );
    await mesh.gateway.settled();
    await vi.waitFor(() => expect(https()?.map(({ type, status }) => `${type} ${status}`)).toEqual(['Accepted True', 'Conflicted False', 'ResolvedRefs True', 'Programmed True']));
    expect(gatewayStatus()).toMatchObject({ addresses: [{ type: 'IPAddress', value: '127.0.0.1' }], listeners: [{ attachedRoutes: 1 }, { attachedRoutes: 1 }] });
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest({ host: '127.0.0.1', port: mesh.ingressPort(8443), servername: SECURE_HOST, ca: cert, headers: { host: SECURE_HOST }, path: '/tls' }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve(`${response.statusCode ?? 0} ${body}`));
      });
      request.on('error', reject).end();
    });
    expect(answer).toBe('200 v1 /tls');
    mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }, [{ port: 8443 }]));
    await mesh.gateway.settled();
    expect(await mesh.outside('/plain', { port: 8443 })).toMatchObject({ body: 'v1 /plain' });
  });
});

describe('statuses', () => {
  it('say which generation is followed, keep what others say, and change only when there is news', async () => {
    await startReviews();
    const theirs = { parentRef: { name: 'theirs' }, controllerName: 'else.where/x', conditions: [{ type: 'Accepted', status: 'True' as const, reason: 'Accepted', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }] };
    mesh.gatewayApi.httpRoutes.remember({ ...httpRoute({ name: 'reviews', generation: 7 }, { rules: [{ backendRefs: [stable] }] }), status: { parents: [theirs] } });
    await vi.waitFor(() =>
      expect(routeStatus()).toMatchObject([theirs, { parentRef: { name: 'gw' }, controllerName: 'serin.dev/local-gateway', conditions: [{ type: 'Accepted', status: 'True', observedGeneration: 7 }, { type: 'ResolvedRefs', status: 'True' }] }]),
    );
    await mesh.gateway.settled();
    const before = routeStatus();
    mesh.addService('more', '10.96.0.20');
    await mesh.gateway.settled();
    expect(routeStatus()).toBe(before);
    mesh.gatewayApi.gateways.forget(apiGateway({ name: 'gw' }));
    await vi.waitFor(() => expect(routeStatus()).toEqual([theirs]));
    expect(mesh.problems).toEqual([]);
  });
});

describe('requests between Pods', () => {
  it('follow an HTTPRoute whose parent is the Service, unless a VirtualService has it', async () => {
    const caller = await startReviews();
    mesh.gatewayApi.httpRoutes.remember(
      httpRoute({ name: 'mesh' }, { parentRefs: [{ group: '', kind: 'Service', name: 'reviews', port: 9080 }], rules: [{ matches: [{ headers: [{ name: 'x-canary', value: 'yes' }] }], backendRefs: [canary] }, { backendRefs: [stable] }] }),
    );
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/a', { headers: { 'x-canary': 'yes' } })).toMatchObject({ body: 'v2 /a' });
    expect(await mesh.inside(caller, 'http://reviews:9080/a')).toMatchObject({ body: 'v1 /a' });
    mesh.informers.virtualServices.remember(virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ directResponse: { status: 418 } }] }));
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/a')).toMatchObject({ status: 418 });
  });
});

describe('GRPCRoutes', () => {
  /** A Pod that answers calls with what it was called, and their bytes. */
  async function startCalls(app: string, address: string, clusterIP: string): Promise<Http2Server> {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      if (headers[':path']?.endsWith('/Break')) return stream.close(2);
      if (headers[':path']?.endsWith('/Hang')) return;
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-trailer': app }));
      stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'x-from': `${app} ${String(headers[':authority'])} ${String(headers['x-added'])} ${String(headers.te)}` }, { waitForTrailers: true });
      stream.pipe(stream);
    });
    const at = mesh.addresses.toSocketAddress(address, 9080);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
    mesh.addService(app, clusterIP);
    mesh.setPod({ name: `${app}-1`, app, version: 'v1', address });
    return server;
  }
  it('carry calls by HTTP/2, with trailers, to the Service of their method', async () => {
    const servers = [await startCalls('cart', '10.244.1.7', '10.96.0.40'), await startCalls('cart-canary', '10.244.1.8', '10.96.0.41')];
    mesh.gatewayApi.gateways.remember(apiGateway({ name: 'gw' }));
    const filters = [{ type: 'RequestHeaderModifier' as const, requestHeaderModifier: { set: [{ name: 'X-Added', value: 'yes' }] } }];
    const matches = (method: string) => [{ method: { service: 'shop.Cart', method } }];
    mesh.gatewayApi.grpcRoutes.remember(
      grpcRoute({ name: 'calls' }, { hostnames: ['calls.test'], rules: [{ matches: matches('Add'), filters, backendRefs: [{ name: 'cart-canary', port: 9080 }] }, { matches: matches('Lost'), backendRefs: [{ name: 'absent', port: 1 }] }, { matches: [{ method: { service: 'shop.Cart' } }], backendRefs: [{ name: 'cart', port: 9080 }] }] }),
    );
    await mesh.gateway.settled();
    const session = connectHttp2(`http://127.0.0.1:${mesh.ingressPort()}`);
    const call = (path: string, contentType = 'application/grpc') =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const stream = session.request({ ':method': 'POST', ':path': path, ':authority': 'calls.test', 'content-type': contentType, te: 'trailers' });
        const answer: Record<string, unknown> = {};
        let body = '';
        stream.on('response', (headers) => Object.assign(answer, headers)).on('trailers', (headers) => Object.assign(answer, headers));
        stream.on('data', (chunk: Buffer) => (body += chunk.toString())).on('error', reject);
        stream.on('close', () => resolve({ ...answer, body }));
        stream.end('hello');
      });
    expect(await call('/shop.Cart/Add')).toMatchObject({ ':status': 200, 'x-from': 'cart-canary calls.test yes trailers', 'grpc-status': '0', 'x-trailer': 'cart-canary', body: 'hello' });
    expect(await call('/shop.Cart/Drop')).toMatchObject({ 'x-from': 'cart calls.test undefined trailers', 'grpc-status': '0', body: 'hello' });
    expect(await call('/shop.Other/Add')).toMatchObject({ ':status': 200, 'grpc-status': '12' });
    expect(await call('/shop.Cart/Lost')).toMatchObject({ 'grpc-status': '2', 'grpc-message': expect.stringContaining('absent') as string });
    expect(await call('/shop.Cart/Break')).toMatchObject({ 'grpc-status': '14' });
    expect(await call('/shop.Cart/Add', 'text/plain')).toMatchObject({ ':status': 505 });
    expect(await mesh.outside('/shop.Other/Add', { host: 'calls.test' })).toMatchObject({ status: 404 });
    expect(await mesh.metrics('cart-canary-1')).toMatch(/istio_requests_total\{[^}]*response_code="200"[^}]*\} 1/);
    const hanging = session.request({ ':method': 'POST', ':path': '/shop.Cart/Hang', ':authority': 'calls.test', 'content-type': 'application/grpc' });
    hanging.on('error', () => undefined);
    await new Promise((resolve) => servers[0]?.once('stream', resolve));
    for (const server of servers) server.close();
    hanging.close(8);
    session.close();
    mesh.informers.endpointSlices.remember(endpointSlice('cart', 'http', 9080, []));
    await mesh.gateway.settled();
  });

  it('route by service and method what comes by HTTP/1 too', async () => {
    await startReviews();
    mesh.gatewayApi.grpcRoutes.remember(
      grpcRoute({ name: 'calls' }, { hostnames: ['calls.test'], rules: [{ matches: [{ method: { service: 'shop.Cart', method: 'Add' } }], backendRefs: [canary] }, { matches: [{ method: { service: 'shop.Cart' } }], backendRefs: [stable] }] }),
    );
    await mesh.gateway.settled();
    const call = (path: string) => mesh.outside(path, { host: 'calls.test', method: 'POST', body: 'x' });
    expect(await call('/shop.Cart/Add')).toMatchObject({ body: 'v2 /shop.Cart/Add' });
    expect(await call('/shop.Cart/Drop')).toMatchObject({ body: 'v1 /shop.Cart/Drop' });
    expect(await call('/shop.Other/Add')).toMatchObject({ status: 404 });
  });
});

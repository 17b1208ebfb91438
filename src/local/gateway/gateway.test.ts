import { createConnection } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMesh, type Mesh } from './testing/mesh.js';
import { destinationRule, gatewayObject, virtualService } from './testing/objects.js';

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh();
});
afterEach(() => mesh.stop());

const split = (v1: number, v2: number) =>
  virtualService(
    { name: 'reviews' },
    {
      hosts: ['reviews'],
      http: [
        {
          route: [
            { destination: { host: 'reviews', subset: 'v1' }, weight: v1 },
            { destination: { host: 'reviews', subset: 'v2' }, weight: v2 },
          ],
        },
      ],
    },
  );
const subsets = destinationRule(
  { name: 'reviews' },
  { host: 'reviews', subsets: ['v1', 'v2', 'v3'].map((version) => ({ name: version, labels: { version } })) },
);

async function startReviews(): Promise<string> {
  mesh.addService('reviews', '10.96.0.10');
  await mesh.addPod('reviews', 'v1');
  await mesh.addPod('reviews', 'v2');
  const caller = await mesh.addPod('productpage', 'v1');
  mesh.informers.destinationRules.remember(subsets);
  return caller;
}

describe('requests from outside', () => {
  it('follow the VirtualService that is bound to the Gateway', async () => {
    await startReviews();
    mesh.openIngress(['shop.test']);
    mesh.informers.virtualServices.remember(
      virtualService({ name: 'shop' }, { hosts: ['shop.test'], gateways: ['gw'], http: [{ match: [{ uri: { prefix: '/api/' } }], rewrite: { uri: '/' }, route: [{ destination: { host: 'reviews' } }] }] }),
    );
    await mesh.gateway.settled();
    expect(await mesh.outside('/api/x?y=1')).toMatchObject({ status: 200, body: expect.stringMatching(/^v[12] \/x\?y=1$/) as string });
    expect(await mesh.outside('/other')).toMatchObject({ status: 404, body: '' });
    expect(await mesh.outside('/api/', { host: 'else.test' })).toMatchObject({ status: 404 });
    expect(JSON.parse(await readFile(join(mesh.directory, 'gateway.json'), 'utf8'))).toEqual(mesh.gateway.addresses);
  });
});

describe('requests between Pods', () => {
  it('are split by weight', async () => {
    const caller = await startReviews();
    mesh.informers.virtualServices.remember(split(90, 10));
    await mesh.gateway.settled();
    let v2 = 0;
    for (let sent = 0; sent < 400; sent++) if ((await mesh.inside(caller, 'http://reviews:9080/')).body.startsWith('v2')) v2++;
    // Binomial(400, 0.1): outside 13…76 with a probability under 1e-6.
    expect(v2).toBeGreaterThanOrEqual(13);
    expect(v2).toBeLessThanOrEqual(76);
  });

  it.each(['reviews', 'reviews.default', 'reviews.default.svc', 'reviews.default.svc.cluster.local', '10.96.0.10'])('find a Service under %s', async (host) => {
    const caller = await startReviews();
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, `http://${host}:9080/a`)).toMatchObject({ status: 200 });
  });

  it('are refused by name where there is no such host', async () => {
    const caller = await startReviews();
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://example.com/')).toMatchObject({ status: 502, body: expect.stringContaining('example.com') as string });
    expect(await mesh.inside(caller, 'http://reviews:1/')).toMatchObject({ status: 503, body: expect.stringContaining('9080') as string });
  });

  it('reach a Pod by its address', async () => {
    const caller = await startReviews();
    await mesh.gateway.settled();
    const { address } = mesh.pod('reviews-v2-1');
    expect(await mesh.inside(caller, `http://${address}:9080/p`)).toMatchObject({ status: 200, body: 'v2 /p' });
  });

  it('are answered like Envoy where nothing serves', async () => {
    const caller = await startReviews();
    const to = (subset: string) => virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews', subset } }] }] });
    mesh.informers.virtualServices.remember(to('v3'));
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 503, body: 'no healthy upstream' });
    mesh.informers.virtualServices.remember(to('v9'));
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 503, body: '' });
    const page = await mesh.metrics(caller);
    expect(page).toMatch(/istio_requests_total\{[^}]*reporter="source"[^}]*response_flags="UH"[^}]*\} 1/);
    expect(page).toMatch(/istio_requests_total\{[^}]*response_flags="NC"[^}]*\} 1/);
  });

  it('are counted on both sides', async () => {
    const caller = await startReviews();
    mesh.informers.virtualServices.remember(split(0, 100));
    await mesh.gateway.settled();
    for (let sent = 0; sent < 3; sent++) await mesh.inside(caller, 'http://reviews:9080/');
    const labels = /reporter="(\w+)",source_workload="productpage-v1".*destination_workload="reviews-v2".*destination_service="reviews.default.svc.cluster.local".*\} 3/;
    expect(await mesh.metrics(caller)).toMatch(labels);
    const served = await mesh.metrics('reviews-v2-1');
    expect(served).toMatch(labels);
    expect(served).toMatch(/istio_request_duration_milliseconds_bucket\{[^}]*le="\+Inf"\} 3/);
    expect(served).not.toContain('reporter="source"');
  });

  it('are mirrored with their bodies', async () => {
    mesh.addService('reviews', '10.96.0.10');
    mesh.informers.destinationRules.remember(subsets);
    const seen: string[] = [];
    await mesh.addPod('reviews', 'v1', (request, response) => void request.pipe(response));
    await mesh.addPod('reviews', 'v2', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => {
        seen.push(`${request.headers.host ?? ''} ${body}`);
        response.writeHead(500).end();
      });
    });
    const caller = await mesh.addPod('productpage', 'v1');
    mesh.informers.virtualServices.remember(
      virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews', subset: 'v1' } }], mirror: { host: 'reviews', subset: 'v2' } }] }),
    );
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/', { method: 'POST', body: 'hello' })).toMatchObject({ status: 200, body: 'hello' });
    await vi.waitFor(() => expect(seen).toEqual(['reviews:9080 hello']));
  });

  it('are given up as copies when their route gives a request no more time', async () => {
    mesh.addService('reviews', '10.96.0.10');
    mesh.informers.destinationRules.remember(subsets);
    let givenUp = 0;
    await mesh.addPod('reviews', 'v1');
    await mesh.addPod('reviews', 'v2', (_, response) => void response.on('close', () => givenUp++));
    const caller = await mesh.addPod('productpage', 'v1');
    const route = { route: [{ destination: { host: 'reviews', subset: 'v1' } }], mirror: { host: 'reviews', subset: 'v2' }, timeout: '0.3s' };
    mesh.informers.virtualServices.remember(virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [route] }));
    await mesh.gateway.settled();
    for (let sent = 0; sent < 3; sent++) expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 200 });
    await vi.waitFor(() => expect(givenUp).toBe(3), { timeout: 20_000 });
  });

  it('are tried again as the route says', async () => {
    let calls = 0;
    mesh.addService('reviews', '10.96.0.10');
    await mesh.addPod('reviews', 'v1', (request, response) => {
      calls++;
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => response.writeHead(calls < 3 ? 503 : 200).end(body));
    });
    const caller = await mesh.addPod('productpage', 'v1');
    mesh.informers.virtualServices.remember(
      virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }], retries: { attempts: 3, retryOn: '5xx' } }] }),
    );
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/', { method: 'POST', body: 'again' })).toMatchObject({ status: 200, body: 'again' });
    expect(calls).toBe(3);
  });

  it('end at the timeout of their route', async () => {
    mesh.addService('reviews', '10.96.0.10');
    await mesh.addPod('reviews', 'v1', () => undefined);
    const caller = await mesh.addPod('productpage', 'v1');
    mesh.informers.virtualServices.remember(virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ route: [{ destination: { host: 'reviews' } }], timeout: '50ms' }] }));
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 504, body: 'upstream request timeout' });
  });
});

describe('objects that ask for what is not implemented', () => {
  it('are refused by name, and say so', async () => {
    const caller = await startReviews();
    const route = [{ destination: { host: 'reviews' } }];
    mesh.informers.virtualServices.remember(virtualService({ name: 'reviews' }, { hosts: ['reviews'], http: [{ route, corsPolicy: { allowMethods: ['GET'] } }] }));
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 503, body: expect.stringContaining('spec.http[0].corsPolicy') as string });
    const statusOf = () => mesh.informers.virtualServices.get({ name: 'reviews', namespace: 'default' })?.status;
    await vi.waitFor(() => expect(statusOf()?.conditions?.[0]).toMatchObject({ type: 'Reconciled', status: 'False', reason: 'Unsupported' }));
    mesh.informers.virtualServices.remember({ ...virtualService({ name: 'reviews', generation: 2 }, { hosts: ['reviews'], http: [{ route }] }) });
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 200 });
    await vi.waitFor(() => expect(statusOf()).toMatchObject({ observedGeneration: '2', conditions: [{ type: 'Reconciled', status: 'True' }] }));
  });

  it('include TLS servers and traffic policies', async () => {
    const caller = await startReviews();
    mesh.informers.destinationRules.remember(destinationRule({ name: 'reviews' }, { host: 'reviews', trafficPolicy: { tls: { mode: 'SIMPLE' } } }));
    mesh.informers.gateways.remember(
      gatewayObject({ name: 'tls' }, { selector: { istio: 'ingressgateway' }, servers: [{ hosts: ['*'], port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }] }),
    );
    await mesh.gateway.settled();
    expect(await mesh.inside(caller, 'http://reviews:9080/')).toMatchObject({ status: 503, body: expect.stringContaining('spec.trafficPolicy.tls') as string });
    const conditions = () => mesh.informers.gateways.get({ name: 'tls', namespace: 'default' })?.status?.conditions;
    await vi.waitFor(() => expect(conditions()?.[0]?.message).toContain('spec.servers[0].tls'));
  });
});

describe('Services by their own address', () => {
  it('pass on requests, and bytes that are none', async () => {
    await startReviews();
    mesh.informers.virtualServices.remember(split(0, 100));
    await mesh.gateway.settled();
    const at = mesh.addresses.toSocketAddress('10.96.0.10', 9080);
    const raw = await new Promise<string>((resolve, reject) => {
      const socket = createConnection(at.port, at.host, () => socket.write('GET /raw HTTP/1.1\r\nhost: reviews\r\nconnection: close\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString())).on('end', () => resolve(text)).on('error', reject);
    });
    expect(raw).toContain('v2 /raw');
  });
});

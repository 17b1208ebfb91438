import { request as httpRequest, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from './proxy/fake-certificate.js';
import { ingress, tlsSecret } from './testing/ingresses.js';
import { startMesh, type Mesh } from './testing/mesh.js';
import { virtualService } from './testing/objects.js';

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh();
});
afterEach(() => mesh.stop());

const HOST = 'shop.test';
const PORT = 9080;

/** Services `v1` and `v2` with so many Pods each. */
async function startVersions(pods = 1, handler?: (version: string) => RequestListener): Promise<void> {
  for (const [index, version] of ['v1', 'v2'].entries()) {
    mesh.addService(version, `10.96.0.${index + 10}`);
    for (let each = 0; each < pods; each++) await mesh.addPod(version, version, handler?.(version));
  }
}

async function put(...objects: Parameters<typeof mesh.ingressNginx.ingresses.remember>[0][]): Promise<void> {
  for (const object of objects) mesh.ingressNginx.ingresses.remember(object);
  await mesh.gateway.settled();
}

const main = (annotations: Record<string, string> = {}, tls = false) =>
  ingress('web', { host: HOST, paths: [['/', 'v1']], port: PORT, annotations, spec: tls ? { ...ingress('web', { host: HOST, paths: [['/', 'v1']], port: PORT }).spec, tls: [{ hosts: [HOST], secretName: 'web-tls' }] } : {} });
const canary = (annotations: Record<string, string>) =>
  ingress('web-canary', { host: HOST, paths: [['/', 'v2']], port: PORT, annotations: { canary: 'true', ...annotations }, creationTimestamp: '2026-01-02T00:00:00Z' });

describe('requests from outside', () => {
  it('follow an Ingress of class nginx, which the gateway makes and whose status it writes', async () => {
    let seen: IncomingHttpHeaders = {};
    await startVersions(1, () => (request, response) => {
      seen = request.headers;
      response.end(`${request.url ?? ''}`);
    });
    await put(main());
    await vi.waitFor(() => expect(mesh.ingressNginx.ingressClasses.get({ name: 'nginx' })?.spec.controller).toBe('k8s.io/ingress-nginx'));
    await mesh.gateway.settled();
    expect(await mesh.outside('/a?b=1', { headers: { 'x-forwarded-for': '1.2.3.4' } })).toMatchObject({ status: 200, body: '/a?b=1' });
    expect(seen).toMatchObject({ host: HOST, 'x-forwarded-host': HOST, 'x-forwarded-port': '80', 'x-scheme': 'http', 'x-original-forwarded-for': '1.2.3.4', 'x-forwarded-for': seen['x-real-ip'] });
    expect(await mesh.outside('/a', { host: 'else.test' })).toMatchObject({ status: 404, headers: { 'content-type': 'text/html' }, body: expect.stringContaining('404 Not Found') as string });
    await vi.waitFor(() => expect(mesh.ingressNginx.ingresses.get({ name: 'web', namespace: 'default' })?.status).toEqual({ loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }));
    expect(Object.keys(mesh.gateway.addresses.ingress)).toEqual(['80', '443']);
  });

  it('are counted by the sidecar of the Pod that serves them', async () => {
    await startVersions();
    await put(main());
    for (let sent = 0; sent < 3; sent++) await mesh.outside('/');
    const served = /reporter="destination",source_workload="ingress-nginx-controller".*destination_workload="v1-v1".*destination_service="v1.default.svc.cluster.local".*response_code="200".*\} 3/;
    await vi.waitFor(async () => expect(await mesh.metrics('v1-v1-0')).toMatch(served));
  });

  it('stay with Istio where a VirtualService has the host', async () => {
    await startVersions();
    mesh.openIngress();
    mesh.informers.virtualServices.remember(virtualService({ name: 'shop' }, { hosts: [HOST], gateways: ['gw'], http: [{ route: [{ destination: { host: 'v2' } }] }] }));
    await put(main(), ingress('other', { host: 'other.test', paths: [['/', 'v1']], port: PORT }));
    expect((await mesh.outside('/')).body).toBe('v2 /');
    expect((await mesh.outside('/', { host: 'other.test' })).body).toBe('v1 /');
  });

  it('are split with a canary Ingress', async () => {
    await startVersions();
    await put(main(), canary({ 'canary-weight': '30', 'canary-by-cookie': 'canary' }));
    expect((await mesh.outside('/', { headers: { cookie: 'canary=always' } })).body).toBe('v2 /');
    expect((await mesh.outside('/', { headers: { cookie: 'canary=never' } })).body).toBe('v1 /');
    let v2 = 0;
    for (let sent = 0; sent < 400; sent++) if ((await mesh.outside('/')).body.startsWith('v2')) v2++;
    // Binomial(400, 0.3): outside 76…167 with a probability under 1e-6.
    expect(v2).toBeGreaterThanOrEqual(76);
    expect(v2).toBeLessThanOrEqual(167);
  });

  it('are answered in the words of nginx where nothing serves', async () => {
    await startVersions(0);
    await put(main());
    expect(await mesh.outside('/')).toMatchObject({ status: 503, body: expect.stringContaining('503 Service Temporarily Unavailable') as string });
    const tried: string[] = [];
    await mesh.addPod('v1', 'v1', (request) => {
      tried.push(request.method ?? '');
      request.socket.destroy();
    });
    await mesh.gateway.settled();
    expect(await mesh.outside('/')).toMatchObject({ status: 502, body: expect.stringContaining('502 Bad Gateway') as string });
    expect(await mesh.outside('/', { method: 'POST', body: 'once' })).toMatchObject({ status: 502 });
    // Three tries, but one only of what may not be done twice.
    expect(tried).toEqual(['GET', 'GET', 'GET', 'POST']);
  });

  it('are tried again where the Ingress says so', async () => {
    let calls = 0;
    mesh.addService('v1', '10.96.0.10');
    for (let each = 0; each < 2; each++) await mesh.addPod('v1', 'v1', (_, response) => void response.writeHead(calls++ === 0 ? 503 : 200).end('served'));
    await put(main({ 'proxy-next-upstream': 'error http_503', 'proxy-next-upstream-tries': '2' }));
    expect(await mesh.outside('/')).toMatchObject({ status: 200, body: 'served' });
    expect(calls).toBe(2);
  });

  it('end at the timeout for reading', async () => {
    mesh.addService('v1', '10.96.0.10');
    await mesh.addPod('v1', 'v1', () => undefined);
    await put(main({ 'proxy-read-timeout': '1' }));
    expect(await mesh.outside('/', { method: 'POST' })).toMatchObject({ status: 504, body: expect.stringContaining('504 Gateway Time-out') as string });
  });

  it('are copied to a mirror', async () => {
    const seen: string[] = [];
    await startVersions(1, (version) => (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => {
        if (version === 'v2') seen.push(`${request.headers.host ?? ''} ${request.method ?? ''} ${request.url ?? ''} ${body}`);
        response.end(version);
      });
    });
    await put(main({ 'mirror-target': `http://v2.default.svc:${PORT}$request_uri` }));
    expect((await mesh.outside('/a?b=1', { method: 'POST', body: 'hello' })).body).toBe('v1');
    await vi.waitFor(() => expect(seen).toEqual([`v2.default.svc:${PORT} POST /a?b=1 hello`]));
  });

  it('are streamed both ways', async () => {
    await startVersions(1, () => (request, response) => void request.pipe(response));
    await put(main());
    const chunks: string[] = [];
    const sending = httpRequest({ host: '127.0.0.1', port: mesh.ingressPort(), method: 'POST', headers: { host: HOST } });
    sending.on('response', (response) => response.on('data', (chunk: Buffer) => chunks.push(chunk.toString())));
    sending.write('one');
    await vi.waitFor(() => expect(chunks.join('')).toBe('one'));
    sending.end('two');
    await vi.waitFor(() => expect(chunks.join('')).toBe('onetwo'));
  });
});

describe('session affinity', () => {
  const podOf: (version: string) => RequestListener = () => (request, response) => void response.end(String((request.socket as Socket).localPort));
  const cookieOf = (headers: IncomingHttpHeaders): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

  it.each(['balanced', 'persistent'])('binds a client to one Pod (%s)', async (mode) => {
    await startVersions(3, podOf);
    await put(main({ affinity: 'cookie', 'affinity-mode': mode, 'session-cookie-name': 'ROUTE', 'session-cookie-max-age': '60', 'session-cookie-samesite': 'Lax' }));
    const first = await mesh.outside('/');
    expect(first.headers['set-cookie']?.[0]).toMatch(/^ROUTE=[^;|]+\|[0-9a-f]{32}; Max-Age=60; Path=\/; HttpOnly; SameSite=Lax$/);
    const cookie = cookieOf(first.headers);
    for (let sent = 0; sent < 10; sent++) {
      const again = await mesh.outside('/', { headers: { cookie } });
      expect(again.body).toBe(first.body);
      expect(again.headers['set-cookie']).toBeUndefined();
    }
    const bodies = new Set<string>();
    for (let sent = 0; sent < 60; sent++) bodies.add((await mesh.outside('/')).body);
    expect(bodies.size).toBe(3);
  });

  it('is renewed by "persistent" when the Pod is gone, and survives new ones', async () => {
    await startVersions(1, podOf);
    await put(main({ affinity: 'cookie', 'affinity-mode': 'persistent' }));
    const first = await mesh.outside('/');
    const headers = { cookie: cookieOf(first.headers) };
    for (let added = 0; added < 3; added++) await mesh.addPod('v1', 'v1', podOf('v1'));
    await mesh.gateway.settled();
    expect((await mesh.outside('/', { headers })).body).toBe(first.body);
    await mesh.deletePod('v1-v1-0');
    await mesh.gateway.settled();
    const next = await mesh.outside('/', { headers });
    expect(next).toMatchObject({ status: 200 });
    expect(cookieOf(next.headers)).toMatch(/^INGRESSCOOKIE=/);
  });

  it('keeps clients on the canary that they met', async () => {
    await startVersions();
    await put(main({ affinity: 'cookie' }), canary({ 'canary-weight': '0', 'canary-by-header': 'x-canary' }));
    const met = await mesh.outside('/', { headers: { 'x-canary': 'always' } });
    expect(met.body).toBe('v2 /');
    expect((await mesh.outside('/', { headers: { cookie: cookieOf(met.headers) } })).body).toBe('v2 /');
  });
});

describe('TLS', () => {
  const now = Date.UTC(2026, 10, 1);
  const https = (options: { agent?: Agent; servername?: string; path?: string } = {}) =>
    new Promise<{ body: string; peer: PeerCertificate; reused: boolean; headers: IncomingHttpHeaders }>((resolve, reject) => {
      const { agent, servername = HOST, path = '/' } = options;
      const sending = httpsRequest(
        { host: '127.0.0.1', port: mesh.ingressPort(443), path, servername, rejectUnauthorized: false, headers: { host: servername }, ...(agent ? { agent } : {}) },
        (response) => {
          const { socket } = response;
          const peer = (socket as unknown as { getPeerCertificate(): PeerCertificate }).getPeerCertificate();
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve({ body, peer, reused: sending.reusedSocket, headers: response.headers }));
        },
      );
      sending.on('error', reject).end();
    });

  it('is ended with the certificate of the Secret, rotated without breaking connections', async () => {
    const [first, second] = [await makeCertificate('first', HOST, now), await makeCertificate('second', HOST, now)];
    await startVersions(1, (version) => (request, response) => void response.end(`${version} ${request.headers['x-forwarded-proto'] as string}`));
    mesh.ingressNginx.secrets.remember(tlsSecret('web-tls', first.cert, first.key));
    await put(main({}, true));
    const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    expect(await https({ agent })).toMatchObject({ body: 'v1 https', peer: { subject: { CN: 'first' } }, headers: { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } });
    mesh.ingressNginx.secrets.remember(tlsSecret('web-tls', second.cert, second.key));
    await mesh.gateway.settled();
    expect(await https({ agent })).toMatchObject({ body: 'v1 https', reused: true });
    agent.destroy();
    expect((await https()).peer.subject.CN).toBe('second');
    expect(await mesh.outside('/a')).toMatchObject({ status: 308, headers: { location: `https://${HOST}/a` } });
  });

  it('lets answers under way end when the gateway stops', async () => {
    await startVersions(1, () => (_, response) => {
      response.write('first ');
      setTimeout(() => response.end('last'), 100);
    });
    await put(main({ 'ssl-redirect': 'false' }, true));
    const agent = new Agent({ keepAlive: true });
    await https({ agent });
    const [secure, plain] = [https(), mesh.outside('/')];
    await vi.waitFor(async () => expect(await mesh.metrics('v1-v1-0')).toMatch(/_total\{[^}]*\} 1\n/));
    const stopped = mesh.gateway.stop(5_000);
    expect([(await secure).body, (await plain).body]).toEqual(['first last', 'first last']);
    await stopped;
    agent.destroy();
  });

  it('falls back to the fake certificate where there is no good one', async () => {
    const fake = 'Kubernetes Ingress Controller Fake Certificate';
    await startVersions();
    await put(main({}, true));
    expect((await https()).peer.subject.CN).toBe(fake);
    expect((await https({ servername: 'else.test' })).peer.subject.CN).toBe(fake);
    const other = await makeCertificate('other', 'other.test', now);
    mesh.ingressNginx.secrets.remember(tlsSecret('web-tls', other.cert, other.key));
    await mesh.gateway.settled();
    expect((await https()).peer.subject.CN).toBe(fake);
    await vi.waitFor(() => expect(mesh.events.map(({ message }) => message)).toContain(`spec.tls: Secret web-tls is not for host ${HOST}; the fake certificate is used`));
    mesh.ingressNginx.secrets.remember(tlsSecret('web-tls', 'nonsense', 'nonsense'));
    await mesh.gateway.settled();
    expect((await https()).peer.subject.CN).toBe(fake);
  });
});

describe('an Ingress that asks for what is not implemented', () => {
  it('is refused by name, and served once it is repaired', async () => {
    await startVersions();
    await put(main({ 'auth-url': 'http://auth.test' }), ingress('good', { host: 'good.test', paths: [['/', 'v2']], port: PORT }));
    const body = 'refused: Ingress default/web: not implemented by the local gateway: nginx.ingress.kubernetes.io/auth-url';
    expect(await mesh.outside('/')).toMatchObject({ status: 503, body });
    expect((await mesh.outside('/', { host: 'good.test' })).body).toBe('v2 /');
    await vi.waitFor(() => expect(mesh.events).toHaveLength(1));
    expect(mesh.events[0]).toMatchObject({ type: 'Warning', reason: 'Rejected', involvedObject: { kind: 'Ingress', name: 'web', uid: 'uid-web' }, message: body.slice('refused: Ingress default/web: '.length) });
    await put(main());
    expect((await mesh.outside('/')).body).toBe('v1 /');
    expect(mesh.events).toHaveLength(1);
  });
});

describe('WebSockets', () => {
  /** As RFC 6455 has a server answer, then an echo of bytes. */
  const echo = (mesh: Mesh, name: string): void => {
    mesh.server(name).on('upgrade', (request, socket) => {
      const accept = createHash('sha1').update(`${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nx-path: ${request.url ?? ''} ${request.headers['x-forwarded-proto'] as string} ${name}\r\n\r\n`);
      socket.on('data', (chunk: Buffer) => socket.write(chunk)).on('end', () => socket.end()).on('error', () => socket.destroy());
    });
  };
  const HANDSHAKE = { host: HOST, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' };

  it('pass through with rewriting and canaries', async () => {
    await startVersions();
    for (const name of ['v1-v1-0', 'v2-v2-1']) echo(mesh, name);
    await put(main({ 'rewrite-target': '/ws' }), canary({ 'canary-by-header': 'x-canary' }));
    const sending = httpRequest({ host: '127.0.0.1', port: mesh.ingressPort(), path: '/socket', headers: { ...HANDSHAKE, 'x-canary': 'always' } }).end();
    const [headers, socket] = await new Promise<[IncomingHttpHeaders, Socket]>((resolve, reject) => {
      sending.on('upgrade', (response, upgraded: Socket) => resolve([response.headers, upgraded])).on('error', reject).on('response', (response) => reject(new Error(`answered ${response.statusCode ?? 0}`)));
    });
    expect(headers).toMatchObject({ 'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'x-path': '/ws http v2-v2-1' });
    const echoed = new Promise<string>((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString('hex'))));
    socket.write(Buffer.from('818568656c6c6f00', 'hex'));
    expect(await echoed).toBe('818568656c6c6f00');
    socket.destroy();
  });

  it('pass through TLS, and are redirected to it', async () => {
    await startVersions();
    echo(mesh, 'v1-v1-0');
    await put(main({}, true));
    const lines = Object.entries(HANDSHAKE).map(([name, value]) => `${name}: ${value}`);
    const socket = connect({ host: '127.0.0.1', port: mesh.ingressPort(443), servername: HOST, rejectUnauthorized: false });
    socket.write(`GET /s HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    const answer = await new Promise<string>((resolve, reject) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())).on('error', reject));
    expect(answer).toMatch(/^HTTP\/1.1 101 [^]*x-path: \/s https/);
    socket.destroy();
    expect(await mesh.outside('/s', { headers: HANDSHAKE })).toMatchObject({ status: 308, headers: { location: `https://${HOST}/s` } });
  });
});

import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMesh, type Mesh } from './testing/mesh.js';
import { destinationRule, virtualService } from './testing/objects.js';

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh(7);
});
afterEach(() => mesh.stop());

/** A request whose answer is read by the test. */
function open(port: number, path: string, options: { agent?: Agent; method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    httpRequest({ host: '127.0.0.1', port, path, ...rest }, resolve).on('error', reject).end(body);
  });
}

async function text(message: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of message) all += String(chunk);
  return all;
}

async function shop(): Promise<void> {
  mesh.addService('web', '10.96.0.20');
  mesh.openIngress();
  mesh.informers.virtualServices.remember(virtualService({ name: 'web' }, { hosts: ['*'], gateways: ['gw'], http: [{ route: [{ destination: { host: 'web' } }] }] }));
  await mesh.gateway.settled();
}

describe('while Pods come and go under load', () => {
  it('no request fails as long as one is ready', async () => {
    await shop();
    let current = await mesh.addPod('web', 'v0');
    await mesh.gateway.settled();
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const failures: string[] = [];
    const answered: Record<string, number> = {};
    let running = true;
    const user = async (): Promise<void> => {
      while (running) {
        try {
          const answer = await open(mesh.ingressPort(), '/', { agent });
          const body = await text(answer);
          answered[body] = (answered[body] ?? 0) + 1;
          if (answer.statusCode !== 200) failures.push(`${answer.statusCode ?? 0} ${body}`);
        } catch (error) {
          failures.push(String(error));
        }
      }
    };
    const users = Array.from({ length: 16 }, user);
    for (let round = 1; round <= 12; round++) {
      const next = await mesh.addPod('web', `v${round}`);
      await vi.waitFor(() => expect(answered[`v${round} /`]).toBeGreaterThan(0), { timeout: 10_000 });
      await mesh.deletePod(current);
      current = next;
    }
    running = false;
    await Promise.all(users);
    agent.destroy();
    expect(failures).toEqual([]);
    expect(Object.keys(answered)).toHaveLength(13);
  });

  it('a refused connection leads to another endpoint', async () => {
    await shop();
    const dead = await mesh.addPod('web', 'dead');
    await mesh.addPod('web', 'alive');
    await mesh.stopServer(dead);
    await mesh.gateway.settled();
    for (let sent = 0; sent < 20; sent++) {
      expect(await mesh.outside('/', { method: 'POST', body: 'x' })).toMatchObject({ status: 200, body: 'alive /' });
    }
  });

  it('says UF where every connection is refused', async () => {
    await shop();
    const dead = await mesh.addPod('web', 'dead');
    await mesh.stopServer(dead);
    await mesh.gateway.settled();
    expect(await mesh.outside('/')).toMatchObject({ status: 503, body: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('says UC where a program that stays breaks off', async () => {
    await shop();
    await mesh.addPod('web', 'bad', (request) => void request.socket.destroy());
    await mesh.gateway.settled();
    expect(await mesh.outside('/')).toMatchObject({ status: 503, body: expect.stringContaining('connection termination') as string });
  });

  it('finishes on an endpoint that leaves what began there', async () => {
    await shop();
    let finish: (() => void) | undefined;
    const leaving = await mesh.addPod('web', 'old', (_, response) => {
      response.write('begun ');
      finish = () => response.end('ended');
    });
    await mesh.gateway.settled();
    const answer = await open(mesh.ingressPort(), '/');
    await mesh.addPod('web', 'new');
    const deleted = mesh.deletePod(leaving);
    await mesh.gateway.settled();
    for (let sent = 0; sent < 5; sent++) expect((await mesh.outside('/')).body).toBe('new /');
    finish?.();
    expect(await text(answer)).toBe('begun ended');
    await deleted;
  });
});

describe('the data path', () => {
  it('streams both ways without waiting for the end', async () => {
    await shop();
    await mesh.addPod('web', 'echo', (request, response) => {
      response.writeHead(200, { trailer: 'x-sum' });
      request.on('data', (chunk: Buffer) => response.write(chunk.toString().toUpperCase()));
      request.on('end', () => {
        response.addTrailers({ 'x-sum': '2' });
        response.end();
      });
    });
    await mesh.gateway.settled();
    const request = httpRequest({ host: '127.0.0.1', port: mesh.ingressPort(), path: '/', method: 'POST' });
    request.write('one ');
    const answer = await new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject));
    const iterator = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    expect(String((await iterator.next()).value)).toBe('ONE ');
    request.end('two');
    expect(String((await iterator.next()).value)).toBe('TWO');
    expect((await iterator.next()).done).toBe(true);
    expect(answer.trailers).toEqual({ 'x-sum': '2' });
  });

  it('passes large bodies on whole, held back by a slow reader', async () => {
    await shop();
    const size = 12 * 1024 * 1024;
    await mesh.addPod('web', 'big', (request, response) => {
      let received = 0;
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => {
        response.setHeader('x-received', received);
        response.end(Buffer.alloc(size, 'b'));
      });
    });
    await mesh.gateway.settled();
    const answer = await open(mesh.ingressPort(), '/', { method: 'POST', body: 'a'.repeat(size) });
    expect(answer.headers['x-received']).toBe(String(size));
    let received = 0;
    for await (const chunk of answer) {
      received += (chunk as Buffer).length;
      if (received < 1_000_000) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBe(size);
  });

  it('keeps connections of clients alive, answers HEAD, and drops headers of one hop', async () => {
    await shop();
    await mesh.addPod('web', 'v1', (request, response) => {
      response.writeHead(200, { 'content-length': '5', 'x-seen': JSON.stringify(request.headers) });
      response.end('hello');
    });
    await mesh.gateway.settled();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'x-once': 'a', connection: 'keep-alive, x-once', 'x-forwarded-for': '10.0.0.9', 'x-request-id': 'mine' };
    const first = await open(mesh.ingressPort(), '/', { agent, headers });
    const { localPort } = first.socket;
    expect(await text(first)).toBe('hello');
    const seen = JSON.parse(String(first.headers['x-seen'])) as Record<string, string>;
    expect(seen).toMatchObject({ 'x-forwarded-for': '10.0.0.9,127.0.0.1', 'x-request-id': 'mine', 'x-forwarded-proto': 'http' });
    expect(seen).not.toHaveProperty('x-once');
    const second = await open(mesh.ingressPort(), '/', { agent });
    expect(second.socket.localPort).toBe(localPort);
    expect(await text(second)).toBe('hello');
    const head = await open(mesh.ingressPort(), '/', { agent, method: 'HEAD' });
    expect(head.headers['content-length']).toBe('5');
    expect(await text(head)).toBe('');
    agent.destroy();
  });

  it('cuts an answer off where the endpoint does', async () => {
    await shop();
    await mesh.addPod('web', 'v1', (_, response) => {
      response.write('half');
      setImmediate(() => response.destroy());
    });
    await mesh.gateway.settled();
    const answer = await open(mesh.ingressPort(), '/');
    await expect(text(answer)).rejects.toThrow('aborted');
  });

  it('lets a client go on after an answer that did not wait for its body', async () => {
    await shop();
    await mesh.addPod('web', 'v1', (_, response) => response.writeHead(413).end('too large'));
    await mesh.gateway.settled();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let sent = 0; sent < 3; sent++) {
      const answer = await open(mesh.ingressPort(), '/', { agent, method: 'POST', body: 'x'.repeat(300_000) });
      expect(answer.statusCode).toBe(413);
      expect(await text(answer)).toBe('too large');
    }
    agent.destroy();
  });

  it('gives a client that waits for 100 its go-ahead', async () => {
    await shop();
    await mesh.addPod('web', 'v1', (request, response) => void request.pipe(response));
    await mesh.gateway.settled();
    const request = httpRequest({ host: '127.0.0.1', port: mesh.ingressPort(), path: '/', method: 'POST', headers: { expect: '100-continue', 'content-length': '4' } });
    request.flushHeaders();
    await new Promise<void>((resolve) => request.on('continue', resolve));
    const answered = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
    request.end('body');
    expect(await text(await answered)).toBe('body');
  });

  it('goes from one version to another by weights under load without a failure', async () => {
    await shop();
    for (const version of ['v1', 'v2']) await mesh.addPod('web', version);
    const versions = ['v1', 'v2'].map((version) => ({ name: version, labels: { version } }));
    mesh.informers.destinationRules.remember(destinationRule({ name: 'web' }, { host: 'web', subsets: versions }));
    const set = (canary: number, generation: number): void =>
      mesh.informers.virtualServices.remember(
        virtualService(
          { name: 'web', generation },
          {
            hosts: ['*'],
            gateways: ['gw'],
            http: [{ route: [100 - canary, canary].map((weight, index) => ({ destination: { host: 'web', subset: `v${index + 1}` }, weight })) }],
          },
        ),
      );
    for (const [index, canary] of [0, 10, 50, 100, 0].entries()) {
      set(canary, index + 2);
      await mesh.gateway.settled();
      const answers = await Promise.all(Array.from({ length: 60 }, () => mesh.outside('/')));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      const canaries = answers.filter(({ body }) => body === 'v2 /').length;
      if (canary === 0) expect(canaries).toBe(0);
      if (canary === 100) expect(canaries).toBe(60);
    }
  });

  it('joins connections that change their protocol, and those made by CONNECT', async () => {
    await shop();
    const name = await mesh.addPod('web', 'v1');
    mesh.server(name).on('upgrade', (request, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n');
      socket.on('error', () => undefined).pipe(socket);
      expect(request.url).toBe('/ws');
    });
    await mesh.gateway.settled();
    const talk = (port: number, ...parts: string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(parts.shift() ?? ''));
        let all = '';
        socket.on('error', reject).on('data', (chunk) => {
          all += chunk.toString();
          const next = parts.shift();
          if (next !== undefined) socket.write(next);
          else if (all.endsWith('ping') || all.includes('v1 /c')) {
            socket.destroy();
            resolve(all);
          }
        });
      });
    expect(await talk(mesh.ingressPort(), 'GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: echo\r\nconnection: upgrade\r\n\r\n', 'ping')).toContain('101');
    const sidecar = mesh.addresses.toSocketAddress(mesh.pod(name).address, 15_001).port;
    expect(await talk(sidecar, 'CONNECT web:9080 HTTP/1.1\r\nhost: web:9080\r\n\r\n', 'GET /c HTTP/1.1\r\nhost: web\r\n\r\n')).toContain('v1 /c');
  });

  it('lets requests under way end when it stops', async () => {
    await shop();
    let finish: (() => void) | undefined;
    await mesh.addPod('web', 'slow', (_, response) => void (finish = () => response.end('done')));
    await mesh.gateway.settled();
    const answer = open(mesh.ingressPort(), '/');
    await vi.waitFor(() => expect(finish).toBeDefined());
    const stopped = mesh.gateway.stop(10_000);
    finish?.();
    expect(await text(await answer)).toBe('done');
    await stopped;
  });

  it('sends a user to the same Pod by a cookie', async () => {
    await shop();
    for (const version of ['v1', 'v2', 'v3', 'v4']) await mesh.addPod('web', version);
    mesh.informers.destinationRules.remember(
      destinationRule({ name: 'web' }, { host: 'web', trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: 'user', ttl: '0s' } } } } }),
    );
    await mesh.gateway.settled();
    expect((await mesh.outside('/')).headers['set-cookie']?.[0]).toMatch(/^user="[^"]+"; HttpOnly$/);
    const seen = new Set<string>();
    for (let user = 0; user < 20; user++) {
      const headers = { cookie: `user=u${user}` };
      const { body } = await mesh.outside('/', { headers });
      seen.add(body);
      for (let again = 0; again < 3; again++) expect((await mesh.outside('/', { headers })).body).toBe(body);
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { constants, createDeflate, createInflate } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificates } from '../../../cluster/testing/certificates.js';
import { systemClock } from '../../../ports/clock.js';
import { seededRandom } from '../../../ports/random.js';
import { createApi, type Api } from '../api.js';
import { listen, type Listener, type ListenOptions } from '../listener.js';
import { memoryStore } from '../memory-store.js';
import { caller } from '../testing/local-client.js';
import { HeaderBlocks } from './header-blocks.js';
import { SpdyClient, upgrade, type Upgraded } from './testing/spdy-client.js';

const TLS: ListenOptions = { tls: { cert: certificates.serverCert, key: certificates.serverKey } };
const PODS = '/api/v1/namespaces/default/pods';
const MASTER = { authorization: 'Bearer secret' };
const JANE = { authorization: 'Bearer jane' };

describe.each<[string, ListenOptions]>([['plain HTTP', {}], ['TLS', TLS]])('a port-forward over %s', (_name, options) => {
  let api: Api;
  let listener: Listener;
  let pod: Server;
  let sockets: Set<Socket>;
  let serve: (socket: Socket) => void;
  let clients: SpdyClient[];

  beforeEach(async () => {
    clients = [];
    sockets = new Set();
    serve = (socket) => void socket.pipe(socket);
    pod = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      serve(socket);
    });
    pod.listen(0, '127.0.0.1');
    await once(pod, 'listening');
    const { port } = pod.address() as AddressInfo;
    const users = new Map([['secret', { username: 'me', groups: ['system:masters'] }], ['jane', { username: 'jane', groups: ['system:authenticated'] }]]);
    api = createApi({
      ...{ store: memoryStore(), clock: systemClock, random: seededRandom(1), users },
      podAddress: (address, asked) => (address === '10.244.0.9' && asked === 8080 ? { host: '127.0.0.1', port } : { host: '127.0.0.1', port: 1 }),
    });
    listener = await listen(api, options);
    const call = caller(api.transport());
    await call('POST', PODS, { metadata: { name: 'web' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    await call('PATCH', `${PODS}/web/status`, { status: { phase: 'Running', podIP: '10.244.0.9' } });
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await listener.close();
    await api.close();
    for (const socket of sockets) socket.destroy();
    pod.close();
    await once(pod, 'close');
  });

  const ask = (path = `${PODS}/web/portforward`, settings: Parameters<typeof upgrade>[1] = {}): Promise<Upgraded> =>
    upgrade(`${listener.url}${path}`, { ca: certificates.ca, ...settings, headers: { ...MASTER, ...settings.headers } });

  async function connected(): Promise<SpdyClient> {
    const upgraded = await ask();
    if (!('connection' in upgraded)) throw new Error(`${upgraded.status} ${upgraded.body}`);
    const client = new SpdyClient(upgraded.connection);
    clients.push(client);
    return client;
  }

  it('carries many connections at once, each its own bytes', async () => {
    const client = await connected();
    const texts = Array.from({ length: 20 }, (_, at) => Buffer.alloc(100_000, `${at}, `));
    const forwards = await Promise.all(texts.map((_, at) => client.forward(8080, String(at))));
    for (const [at, { id }] of forwards.entries()) client.send(id, texts[at] ?? '', true);
    await client.until(() => forwards.every(({ data, error }) => data.state === 'ended' && error.state === 'ended'));
    for (const [at, { data, error }] of forwards.entries()) {
      expect(data.replied && error.replied).toBe(true);
      expect(Buffer.concat(data.chunks).equals(texts[at] ?? Buffer.alloc(0))).toBe(true);
      expect(error.text()).toBe('');
    }
  });

  it('lets each side end before the other', async () => {
    serve = (socket) => {
      let asked = '';
      socket.on('data', (chunk) => (asked += chunk.toString()));
      socket.once('end', () => socket.end(`you said ${asked}`));
    };
    const client = await connected();
    const { id, data, error } = await client.forward(8080, '0');
    client.send(id, 'hello');
    client.send(id, ' there', true);
    await client.until(() => data.state === 'ended' && error.state === 'ended');
    expect(data.text()).toBe('you said hello there');

    serve = (socket) => void socket.end('bye');
    const second = await client.forward(8080, '1');
    // kubectl waits for the end of the errors before it ends its own side.
    await client.until(() => second.data.state === 'ended' && second.error.state === 'ended');
    expect([second.data.text(), second.error.text()]).toEqual(['bye', '']);
    client.reset(second.id);
    await client.until(() => true);
  });

  it('breaks off at the Pod when the client resets, and at the client when the Pod does', async () => {
    const client = await connected();
    const first = await client.forward(8080, '0');
    client.send(first.id, 'x');
    await client.until(() => first.data.text() === 'x');
    const [socket] = sockets;
    client.reset(first.id);
    await Promise.all([socket && !socket.closed ? once(socket, 'close') : undefined, client.until(() => first.error.state === 'ended')]);

    serve = (given) => void given.resetAndDestroy();
    const second = await client.forward(8080, '1');
    await client.until(() => second.data.state === 'ended' && second.error.state === 'ended');

    serve = (given) => void given.pipe(given);
    const third = await client.forward(8080, '2');
    client.send(third.id, 'still there', true);
    await client.until(() => third.data.state === 'ended');
    expect(third.data.text()).toBe('still there');
  });

  it('says what cannot be reached', async () => {
    const client = await connected();
    const { data, error } = await client.forward(81, '0');
    await client.until(() => data.state === 'ended' && error.state === 'ended');
    const { uid } = (await caller(api.transport())('GET', `${PODS}/web`)).json.metadata;
    expect(error.text()).toBe(`error forwarding port 81 to pod web, uid ${uid}: failed to connect to 10.244.0.9:81: dial tcp 10.244.0.9:81: connect: connection refused`);

    await caller(api.transport())('DELETE', `${PODS}/web`, { gracePeriodSeconds: 0 });
    const later = await client.forward(8080, '1');
    await client.until(() => later.data.state === 'ended' && later.error.state === 'ended');
    expect(later.error.text()).toContain('the pod is gone or has ended');
  });

  it('does not lead to another Pod of the same name', async () => {
    const client = await connected();
    const call = caller(api.transport());
    await call('DELETE', `${PODS}/web`, { gracePeriodSeconds: 0 });
    await call('POST', PODS, { metadata: { name: 'web' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    await call('PATCH', `${PODS}/web/status`, { status: { phase: 'Running', podIP: '10.244.0.9' } });
    const { error } = await client.forward(8080, '0');
    await client.until(() => error.state === 'ended');
    expect(error.text()).toContain('the pod is gone or has ended');
  });

  it('refuses streams that are for nothing', async () => {
    const client = await connected();
    const streams = await Promise.all([{ port: '8080' }, { streamtype: 'data' }, { streamtype: 'data', port: '0' }, { streamtype: 'other', port: '1' }].map((headers) => client.open(headers)));
    await client.until(() => streams.every(({ stream }) => stream.state === 'reset'));
  });

  it('ends with who speaks something else', async () => {
    const client = await connected();
    client.connection.write('GET / HTTP/1.1\r\n\r\n'.repeat(10_000));
    client.connection.write(Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]));
    const other = await connected();
    other.connection.write(Buffer.concat([Buffer.from([0x80, 0x03, 0, 1, 0, 0, 0, 18]), Buffer.alloc(18, 7)]));
    if (!other.connection.closed) await once(other.connection, 'close');
    expect((await ask(PODS, { method: 'GET', headers: { connection: 'close' } })) as unknown).toMatchObject({ status: 200 });
  });

  it('makes the Pod wait for a client that does not read', async () => {
    const total = 256 * 1024 * 1024;
    const piece = Buffer.alloc(1024 * 1024, 'a');
    let sent = 0;
    serve = (socket) => {
      const more = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    };
    const client = await connected();
    const { data } = await client.forward(8080, '0');
    await client.until(() => data.bytes > 0);
    client.connection.pause();
    let before = -1;
    while (before !== sent) {
      before = sent;
      // All of it is in this process: a Pod that is not held up sends something in so many turns.
      for (let round = 0; round < 500; round += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(total / 4);
    // Otherwise all of it would be kept here.
    data.chunks.length = 0;
    client.connection.resume();
    await client.until(() => {
      data.chunks.length = 0;
      return data.state === 'ended';
    });
    expect(data.bytes).toBe(total);
  });

  it('makes the client wait for a Pod that does not read', async () => {
    serve = () => undefined;
    const client = await connected();
    const { id, data } = await client.forward(8080, '0');
    await client.until(() => data.replied);
    const piece = Buffer.alloc(1024 * 1024, 'a');
    let sent = 0;
    while (sent < 256) {
      sent += 1;
      client.send(id, piece);
      if (!client.connection.writableNeedDrain) continue;
      for (let round = 0; round < 500 && client.connection.writableNeedDrain; round += 1) await new Promise((resolve) => setImmediate(resolve));
      if (client.connection.writableLength > 16 * piece.length) break;
    }
    expect(sent).toBeLessThan(256);
  });

  it('ends with the server, and leaves nothing', async () => {
    const client = await connected();
    const { id, data } = await client.forward(8080, '0');
    client.send(id, 'x');
    await client.until(() => data.text() === 'x');
    expect(sockets.size).toBe(1);
    await listener.close();
    const [socket] = sockets;
    if (socket && !socket.closed) await once(socket, 'close');
    if (!client.connection.closed) await once(client.connection, 'close');
    listener = await listen(api, options);
  });

  it('is refused as a real server refuses it', async () => {
    const call = caller(api.transport());
    await call('POST', PODS, { metadata: { name: 'waiting' }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    await call('POST', PODS, { metadata: { name: 'starting' }, spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] } });
    expect(await ask(`${PODS}/other/portforward`)).toMatchObject({ status: 404, body: expect.stringContaining('pods \\"other\\" not found') });
    expect(await ask(`${PODS}/waiting/portforward`)).toMatchObject({ status: 400, body: expect.stringContaining('pod waiting does not have a host assigned') });
    expect(await ask(`${PODS}/starting/portforward`)).toMatchObject({ status: 500, body: expect.stringContaining('pod starting_default is not running') });
    expect(await ask(undefined, { headers: { connection: 'keep-alive' } })).toMatchObject({ status: 400, body: expect.stringContaining('Upgrade request required') });
    expect(await ask(undefined, { headers: { upgrade: 'websocket' } })).toMatchObject({ status: 400, body: expect.stringContaining('client asks for websocket, server accepts SPDY/3.1') });
    expect(await ask(undefined, { headers: { 'x-stream-protocol-version': 'v9' } })).toMatchObject({ status: 403, body: expect.stringContaining('client supports [v9], server accepts [portforward.k8s.io]') });
    expect(await ask(undefined, { headers: { authorization: 'Bearer nobody' } })).toMatchObject({ status: 401 });
    expect(await ask(`${PODS}/web/exec`)).toMatchObject({ status: 404 });
  });

  it('takes a right of its own, by GET as well', async () => {
    const call = caller(api.transport());
    const roles = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const role = (verbs: string[]): object => ({ metadata: { name: 'r' }, rules: [{ apiGroups: [''], resources: ['pods/portforward'], verbs }] });
    await call('POST', `${roles}/roles`, role(['get']));
    await call('POST', `${roles}/rolebindings`, { metadata: { name: 'r' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] });
    const refused = { status: 403, body: expect.stringContaining('User \\"jane\\" cannot create resource \\"pods/portforward\\"') };
    expect(await ask(undefined, { headers: JANE })).toMatchObject(refused);
    expect(await ask(undefined, { headers: JANE, method: 'GET' })).toMatchObject(refused);
    await call('PUT', `${roles}/roles/r`, role(['create']));
    const upgraded = await ask(undefined, { headers: JANE });
    expect(upgraded).toHaveProperty('connection');
    if ('connection' in upgraded) upgraded.connection.destroy();
  });

  it('does not change what else asks for another protocol', async () => {
    expect(await ask(PODS, { method: 'GET', headers: { upgrade: 'h2c' } })).toMatchObject({ status: 200, body: expect.stringContaining('PodList') });
  });
});

describe('header blocks', () => {
  it('of the server are read as one text by who expects the dictionary', async () => {
    const blocks = new HeaderBlocks();
    const inflate = createInflate();
    for (let round = 0; round < 3; round += 1) {
      await new Promise<void>((resolve, reject) => void inflate.write(blocks.empty(), (error) => (error ? reject(error) : resolve())));
      expect(inflate.read()).toEqual(Buffer.alloc(4));
    }
    inflate.destroy();
    blocks.close();
  });

  it('say what they cannot be', async () => {
    const blocks = new HeaderBlocks();
    await expect(blocks.read(Buffer.from('not compressed at all'))).rejects.toThrow('cannot be read');
    blocks.close();
    const other = new HeaderBlocks();
    await expect(other.read(Buffer.alloc(70_000))).rejects.toThrow('too long');
    // Small as it travels, and not when it is read.
    const deflate = createDeflate();
    deflate.write(Buffer.alloc(10_000_000));
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    await expect(other.read(deflate.read() as Buffer)).rejects.toThrow('too long');
    other.close();
    deflate.destroy();
  });
});

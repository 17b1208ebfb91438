import { createServer as createTlsServer } from 'node:https';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CredentialSource } from './credentials.js';
import { createHttpTransport, type HttpTransport, type HttpTransportOptions } from './http-transport.js';
import { TransportError } from './transport-error.js';
import { certificates } from './testing/certificates.js';

const closing: (() => Promise<unknown>)[] = [];
let connections = 0;

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  connections = 0;
});

async function serve(listener: RequestListener, tls?: { requestCert: boolean }): Promise<string> {
  const server: Server = tls
    ? createTlsServer({ key: certificates.serverKey, cert: certificates.serverCert, ca: certificates.ca, ...tls }, listener)
    : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function open(options: HttpTransportOptions): HttpTransport {
  const transport = createHttpTransport(options);
  closing.push(() => transport.stop());
  return transport;
}

const get = (path = '/version') => ({ method: 'GET', path }) as const;

describe('an HTTP transport', () => {
  it('sends 200 requests over one pool', async () => {
    const transport = open({ server: await serve((_, response) => response.end('{}')) });
    for (let i = 0; i < 200; i++) await transport.request(get());
    // The second may open while the first is still reading the end of an answer.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('keeps the path of the server, the query, headers and body', async () => {
    let body = '';
    const server = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(201, { 'x-a': '1' }).end(`${request.method} ${request.url} ${request.headers['content-type']}`));
    });
    const transport = open({ server: `${server}/k8s/clusters/c-1/`, token: 't' });
    const query = new URLSearchParams({ fieldManager: 'a b' });
    const answer = await transport.request({ method: 'POST', path: '/api/v1/x', query, headers: { 'content-type': 'application/json' }, body: '{"ü":1}' });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-a': '1' }, body: 'POST /k8s/clusters/c-1/api/v1/x?fieldManager=a+b application/json' });
    expect(body).toBe('{"ü":1}');
  });

  it('trusts the given authority, shows its client certificate, and follows when that changes', async () => {
    const server = await serve(
      (request, response) => {
        const { socket } = request;
        response.end('getPeerCertificate' in socket ? JSON.stringify((socket as { getPeerCertificate(): { subject?: { CN?: string } } }).getPeerCertificate().subject?.CN ?? '') : '');
      },
      { requestCert: true },
    );
    const client = { cert: certificates.clientCert, key: certificates.clientKey };
    expect((await open({ server, ca: certificates.ca, ...client }).request(get())).body).toBe('"client"');
    let certificate = client;
    const credentials: CredentialSource = { current: () => Promise.resolve({ certificate }), renew: () => Promise.resolve(false) };
    const transport = open({ server, ca: certificates.ca, credentials });
    expect((await transport.request(get())).body).toBe('"client"');
    certificate = { cert: certificates.serverCert, key: certificates.serverKey };
    expect((await transport.request(get())).body).toBe('"server"');
  });

  it('refuses a server it cannot trust and says what to do, unless told not to care', async () => {
    const server = await serve((_, response) => response.end('ok'), { requestCert: false });
    await expect(open({ server }).request(get())).rejects.toThrow(/certificate-authority-data/);
    await expect(open({ server, ca: certificates.ca, tlsServerName: 'other.test' }).request(get())).rejects.toThrow(/tls-server-name/);
    expect((await open({ server, ca: certificates.ca, tlsServerName: 'api.test' }).request(get())).body).toBe('ok');
    expect((await open({ server, insecureSkipTlsVerify: true }).request(get())).body).toBe('ok');
  });

  it('asks for other credentials once after a 401, for streams too', async () => {
    const seen: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401).end('answer');
    });
    let token = 'old';
    const credentials: CredentialSource = {
      current: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      renew: () => Promise.resolve(token === 'old' ? ((token = 'new'), true) : false),
    };
    const transport = open({ server, credentials });
    expect((await transport.request(get())).status).toBe(200);
    token = 'old';
    expect((await transport.stream(get())).status).toBe(200);
    token = 'wrong';
    expect((await transport.request(get())).status).toBe(401);
    expect(seen).toEqual(['Bearer old', 'Bearer new', 'Bearer old', 'Bearer new', 'Bearer wrong']);
  });

  it('fails with one clear error and without the token when nothing listens', async () => {
    const closed = await serve(() => undefined);
    await closing.splice(0)[0]?.();
    const error = await open({ server: closed, token: 'secret' }).request(get()).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(String(error)).toMatch(/^TransportError: GET \/version: connect ECONNREFUSED .*is the API server running/);
    expect(String(error)).not.toContain('secret');
  });

  it('gives up an answer that stalls, but never a stream', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/half') response.write('half');
      if (request.url === '/stream') {
        response.write('a');
        setTimeout(() => response.end('b'), 500);
      }
    });
    const transport = open({ server, timeoutMilliseconds: 100 });
    await expect(transport.request(get('/none'))).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    await expect(transport.request(get('/half'))).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
    let text = '';
    for await (const chunk of (await transport.stream(get('/stream'))).chunks) text += chunk;
    expect(text).toBe('ab');
  });

  it('keeps a character whole that two chunks share', async () => {
    const bytes = Buffer.from('a🐤ü');
    let write: (from: number) => void = () => undefined;
    const server = await serve((_, response) => {
      write = (from) => response.write(bytes.subarray(from, from + 3), () => from + 3 >= bytes.length && response.end());
      write(0);
    });
    let text = '';
    for await (const chunk of (await open({ server }).stream(get())).chunks) {
      if (text === '') write(3);
      else if (text === 'a') write(6);
      text += chunk;
    }
    expect(text).toBe('a🐤ü');
  });

  it('ends a stream by signal, by leaving the loop, and by stop', async () => {
    let open_ = 0;
    const server = await serve((_, response) => {
      open_++;
      response.write('first');
      response.on('close', () => open_--);
    });
    const transport = open({ server });
    const controller = new AbortController();
    const read = async (signal?: AbortSignal): Promise<void> => {
      for await (const _ of (await transport.stream({ ...get(), ...(signal ? { signal } : {}) })).chunks) if (!signal) break;
    };
    const reading = read(controller.signal);
    await expect.poll(() => open_).toBe(1);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await read();
    await expect.poll(() => open_).toBe(0);
    const last = read(new AbortController().signal);
    await expect.poll(() => open_).toBe(1);
    await transport.stop();
    await expect(last).rejects.toBeInstanceOf(TransportError);
    await expect(transport.request(get())).rejects.toThrow('the transport is stopped');
  });

  it('goes through a proxy with its password', async () => {
    const server = await serve((_, response) => response.end('behind'), { requestCert: false });
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket: Socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization']}`);
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const each of [upstream, socket]) each.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.unshift(() => new Promise((resolve) => proxy.close(resolve)));
    const proxyUrl = `http://me:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const transport = open({ server, ca: certificates.ca, proxyUrl });
    expect((await transport.request(get())).body).toBe('behind');
    expect(asked).toEqual([`${new URL(server).host} Basic ${Buffer.from('me:p@ss').toString('base64')}`]);
    for (let i = 0; i < 10; i++) await transport.request(get());
    expect(asked.length).toBeLessThanOrEqual(2);
  });

  it('refuses what it cannot use', () => {
    expect(() => createHttpTransport({ server: '10.0.0.1:6443' })).toThrow('is not a URL; write it as https://host:port');
    expect(() => createHttpTransport({ server: 'https://a', cert: 'x' })).toThrow('needs both');
  });
});

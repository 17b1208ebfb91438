import { once } from 'node:events';
import { createServer, type Server, type ServerResponse, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { hasRegistry, REGISTRY_NOT_RUN, startRegistry, type RunningRegistry } from '../testing/registry-server.js';
import { parseChallenge } from './challenge.js';
import { loginOf } from './docker-config.js';
import { createRegistryClient, type RegistryAccess, type RegistryClient } from './registry-client.js';
import { RegistryProblem } from './registry-problem.js';

const { signal } = new AbortController();
const admin = { username: 'admin', password: 'admin' };

if (!hasRegistry) console.warn(`NOT RUN: polling of a real registry: ${REGISTRY_NOT_RUN}`);

describe.skipIf(!hasRegistry)('a real registry', () => {
  let open: RunningRegistry;
  let closed: RunningRegistry;
  let client: RegistryClient;
  let pushed = '';
  beforeAll(async () => {
    client = createRegistryClient({ clock: systemClock });
    [open, closed] = await Promise.all([startRegistry(), startRegistry({ basic: true })]);
    pushed = await open.push('shop/web', ['latest', '1.0.0'], 'one');
    await closed.push('shop/web', ['1.0.0'], 'one');
  });
  afterAll(async () => {
    await client.stop();
    await open?.stop();
    await closed?.stop();
  });
  const at = ({ host }: RunningRegistry, more: Partial<RegistryAccess> = {}): RegistryAccess => ({ registry: host, path: 'shop/web', insecure: true, ...more });

  it('tells its tags and their digests over plain HTTP', async () => {
    expect((await client.tags(at(open), signal)).sort()).toEqual(['1.0.0', 'latest']);
    expect(await client.digest(at(open), 'latest', signal)).toBe(pushed);
    expect(await client.digest(at(open), 'nothing', signal)).toBeUndefined();
  });

  it('is asked with the login of a Secret, and said why where that does not do', async () => {
    expect(await client.tags(at(closed, { login: admin }), signal)).toEqual(['1.0.0']);
    await expect(client.tags(at(closed), signal)).rejects.toThrow(`${closed.host} asks for a user name and a password; name a Secret under poll.secret`);
    const wrong = await client.tags(at(closed, { login: { username: 'admin', password: 'geheim' } }), signal).catch((error: unknown) => String(error));
    expect(wrong).toContain('does not let this login read shop/web');
    expect(wrong).not.toContain('geheim');
    await expect(client.tags(at(open, { path: 'shop/nothing' }), signal)).rejects.toThrow('has no repository shop/nothing');
    await expect(client.tags(at(open, { insecure: false }), signal)).rejects.toThrow('it speaks no TLS; where that is meant, write poll: {insecure: true}');
  });
});

describe('the protocol', () => {
  let server: Server;
  let host = '';
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let client: RegistryClient;
  const asked: string[] = [];
  beforeAll(async () => {
    client = createRegistryClient({ clock: systemClock });
    server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? '-'}`);
      answer(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await client.stop();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const access = (more: Partial<RegistryAccess> = {}): RegistryAccess => ({ registry: host, path: 'shop/web', insecure: true, ...more });

  it('gets a token where the registry says so, once, and reads all pages', async () => {
    asked.length = 0;
    answer = (request, response) => {
      const url = new URL(request.url ?? '', `http://${host}`);
      if (url.pathname === '/token') return void response.end(JSON.stringify({ token: 'abc', expires_in: 300 }));
      if (request.headers.authorization !== 'Bearer abc') return void response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="reg",scope="repository:shop/web:pull"` }).end();
      if (url.searchParams.get('last') === null) return void response.writeHead(200, { link: '</v2/shop/web/tags/list?last=1.0.0&n=1>; rel="next"' }).end(JSON.stringify({ name: 'shop/web', tags: ['1.0.0', 'not a tag'] }));
      return void response.end(JSON.stringify({ name: 'shop/web', tags: ['1.1.0'] }));
    };
    expect(await client.tags(access({ login: admin }), signal)).toEqual(['1.0.0', '1.1.0']);
    expect(await client.tags(access({ login: admin }), signal)).toEqual(['1.0.0', '1.1.0']);
    expect(asked.filter((each) => each.includes('/token'))).toEqual([`GET /token?service=reg&scope=repository%3Ashop%2Fweb%3Apull Basic ${Buffer.from('admin:admin').toString('base64')}`]);
  });

  it('sends no login to a place that is not encrypted, nor follows pages or redirects to elsewhere', async () => {
    answer = (_, response) => void response.writeHead(200, { link: '<http://127.0.0.1:1/v2/shop/web/tags/list>; rel="next"' }).end(JSON.stringify({ tags: ['1.0.0'] }));
    expect(await client.tags(access({ path: 'a' }), signal)).toEqual(['1.0.0']);
    answer = (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(client.tags(access({ path: 'b' }), signal)).rejects.toThrow('answers 302');
    answer = (_, response) => void response.end('<html>');
    await expect(client.tags(access({ path: 'c' }), signal)).rejects.toThrow('not of this protocol');
  });

  it('is told how long to leave it alone', async () => {
    answer = (_, response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    const problem = await client.tags(access({ path: 'd' }), signal).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(RegistryProblem);
    expect(problem).toMatchObject({ retryAfter: 120_000, message: `${host} wants to be asked less often` });
  });
});

describe('what stands in headers and Secrets', () => {
  it('challenges', () => {
    expect(parseChallenge('Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"')).toEqual({ scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:a/b:pull' });
    expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' });
    for (const unknown of [undefined, '', 'Negotiate', 'Bearer service="x"']) expect(parseChallenge(unknown)).toBeUndefined();
  });

  it('logins', () => {
    const text = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('jane:a:b').toString('base64') }, '10.0.0.5:5000': { username: 'admin', password: 'admin' }, 'ghcr.io': { identitytoken: 'x' } } });
    expect(loginOf(text, 'docker.io')).toEqual({ username: 'jane', password: 'a:b' });
    expect(loginOf(text, '10.0.0.5:5000')).toEqual(admin);
    expect(loginOf(text, 'quay.io')).toBeUndefined();
    expect(() => loginOf(text, 'ghcr.io')).toThrow('identity token');
    expect(() => loginOf('geheim', 'quay.io')).toThrow('it is no .dockerconfigjson');
  });
});

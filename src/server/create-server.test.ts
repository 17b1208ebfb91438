import { request } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resources } from '../kubernetes/resources.js';
import { createHttpTransport } from '../cluster/http-transport.js';
import { createClient } from '../cluster/create-client.js';
import { certificates } from '../cluster/testing/certificates.js';
import { until } from '../cluster/testing/until.js';
import { systemClock } from '../ports/clock.js';
import { clusterClients } from './access/cluster-clients.js';
import { createRights } from './rights.js';
import { ask, bearer, cookieOf, errorIn, type Answer } from './testing/asking.js';
import { TOKENS } from './testing/cluster-people.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from './testing/test-server.js';

const WEB = '/api/v1/namespaces/shop/configs/web';
let cluster: TestCluster;
let server: TestServer;
beforeAll(async () => {
  cluster = await startTestCluster();
  server = await startTestServer(cluster);
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const value = async (): Promise<string | undefined> => (await cluster.admin.get(resources.configMaps, { namespace: 'shop', name: 'web' })).data?.['value'];
const lastAudit = () => server.audit.at(-1);
const signIn = async (token: string): Promise<{ cookie: string; csrf: string; answer: Answer }> => {
  const answer = await ask(server.url, '/api/v1/session', { method: 'POST', body: { token } });
  return { cookie: cookieOf(answer), csrf: String(answer.json?.['csrf']), answer };
};

describe('who may come in', () => {
  it('nothing but health and the way in is told without an identity', async () => {
    expect(await ask(server.url, '/healthz')).toMatchObject({ status: 200, text: 'ok' });
    expect((await ask(server.url, '/api/v1/sign-in')).json).toEqual({ methods: ['token'] });
    for (const path of [WEB, '/api/v1/session', '/api/v1/ticks', '/api/v1/openapi.json']) {
      const answer = await ask(server.url, path);
      expect([answer.status, errorIn(answer).code]).toEqual([401, 'unauthenticated']);
    }
    expect((await ask(server.url, WEB, { method: 'POST', body: { value: 'x' } })).status).toBe(401);
    expect(await value()).toBe('old');
    // The document is for everybody who is signed in, whatever they may do.
    expect((await ask(server.url, '/api/v1/openapi.json', { headers: bearer(TOKENS.outsider) })).json).toMatchObject({ openapi: '3.1.0', info: { version: 'v1' } });
  });

  it('a bearer token is who the cluster says it is; a wrong one is told so, and stands in the audit log without itself', async () => {
    const answer = await ask(server.url, WEB, { headers: bearer(TOKENS.bob) });
    expect(answer).toMatchObject({ status: 200, json: { name: 'web', data: { value: 'old' } } });
    const before = server.audit.length;
    const wrong = await ask(server.url, WEB, { headers: bearer('token-of-nobody') });
    expect([wrong.status, errorIn(wrong).message]).toEqual([401, 'The cluster does not take this token: it is wrong or has ended; get a new one, such as from: kubectl create token NAME.']);
    expect(server.audit.slice(before)).toMatchObject([{ status: 401, code: 'unauthenticated', operation: 'config', remote: '127.0.0.1', path: WEB }]);
    expect((await ask(server.url, WEB, { headers: { authorization: 'Basic YTpi' } })).status).toBe(401);
    expect(server.logged()).not.toContain('token-of-');
  });

  it('a right token without the right changes nothing, in the words of the cluster', async () => {
    const answer = await ask(server.url, WEB, { method: 'POST', headers: bearer(TOKENS.bob), body: { value: 'bob' } });
    expect([answer.status, errorIn(answer).code]).toEqual([403, 'forbidden']);
    expect(errorIn(answer).message).toBe('configmaps "web" is forbidden: User "bob" cannot patch resource "configmaps" in API group "" in the namespace "shop".');
    expect(await value()).toBe('old');
    expect(lastAudit()).toMatchObject({ user: 'bob', signedInBy: 'token', operation: 'setConfig', status: 403, code: 'forbidden', about: { object: 'shop/web' } });
    const outsider = await ask(server.url, WEB, { headers: bearer(TOKENS.outsider) });
    expect(errorIn(outsider).message).toBe('outsider may not get configmaps in namespace shop: somebody who manages roles has to allow it.');
  });

  it('who may, does it as themselves', async () => {
    const answer = await ask(server.url, WEB, { method: 'POST', headers: bearer(TOKENS.ann), body: { value: 'ann' } });
    expect(answer).toMatchObject({ status: 200, json: { name: 'web', data: { value: 'ann' } } });
    expect(lastAudit()).toMatchObject({ user: 'ann', operation: 'setConfig', method: 'POST', path: WEB, status: 200, about: { object: 'shop/web' } });
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    await cluster.admin.patch(resources.configMaps, { namespace: 'shop', name: 'web' }, { kind: 'merge', body: { data: { value: 'old' } } });
  });
});

describe('sessions', () => {
  it('begin with a token, hold a cookie that no script reads, and end', async () => {
    const { answer, cookie, csrf } = await signIn(TOKENS.ann);
    expect(answer).toMatchObject({ status: 201, json: { user: 'ann', groups: ['shop-team', 'system:authenticated'], method: 'token', version: '1.2.3' } });
    expect(answer.headers['set-cookie']?.[0]).toMatch(new RegExp(`^serin-${server.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=4\\d{4}$`));
    expect((await ask(server.url, '/api/v1/session', { headers: { cookie } })).json).toEqual(answer.json);
    expect((await ask(server.url, '/api/v1/session', { method: 'DELETE', headers: { cookie, 'x-serin-csrf': csrf } })).status).toBe(204);
    expect((await ask(server.url, '/api/v1/session', { headers: { cookie } })).status).toBe(401);
  });

  it('do not begin with a wrong token', async () => {
    const { answer } = await signIn('token-of-nobody');
    expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
    expect(lastAudit()).toMatchObject({ operation: 'signInByToken', status: 401 });
  });

  it('end after twelve hours, with the next sign-in of the same browser, and when the cluster takes their token no more', async () => {
    let shift = 0;
    let withdrawn = false;
    const clock = { ...systemClock, now: () => systemClock.now() + shift, monotonic: () => systemClock.monotonic() + shift };
    const other = await startTestCluster({ get: (token) => (token === 'token-of-cleo' && !withdrawn ? { username: 'cleo', groups: [] } : undefined) });
    const own = await startTestServer(other, { clock });
    const begin = async (cookie = '') => cookieOf(await ask(own.url, '/api/v1/session', { method: 'POST', headers: { cookie }, body: { token: 'token-of-cleo' } }));
    const status = async (cookie: string) => (await ask(own.url, '/api/v1/session', { headers: { cookie } })).status;
    const first = await begin();
    const second = await begin(first);
    expect([await status(first), await status(second)]).toEqual([401, 200]);
    withdrawn = true;
    shift += 30_001;
    const refused = await ask(own.url, '/api/v1/session', { headers: { cookie: second } });
    expect(errorIn(refused).message).toBe('The cluster does not take the token any more that you signed in with: sign in again.');
    withdrawn = false;
    shift += 30_001;
    expect(await status(second)).toBe(401);
    const third = await begin();
    shift += 12 * 3_600_000;
    expect(await status(third)).toBe(401);
    await own.stop();
    await other.stop();
  });

  it('change nothing without the CSRF header, or from a page of another origin, even on another port of this machine', async () => {
    const { cookie, csrf } = await signIn(TOKENS.ann);
    const change = (headers: Record<string, string>) => ask(server.url, WEB, { method: 'POST', headers: { cookie, ...headers }, body: { value: 'forged' } });
    const refused = [
      await change({}),
      await change({ 'x-serin-csrf': 'guessed' }),
      await change({ 'x-serin-csrf': csrf, origin: 'http://evil.example' }),
      await change({ 'x-serin-csrf': csrf, origin: 'http://127.0.0.1:1' }),
      await change({ 'x-serin-csrf': csrf, origin: 'null' }),
      await change({ 'x-serin-csrf': csrf, 'sec-fetch-site': 'same-site' }),
    ];
    expect(refused.map((each) => [each.status, errorIn(each).code])).toEqual(refused.map(() => [403, 'csrf']));
    expect(await value()).toBe('old');
    expect(lastAudit()).toMatchObject({ user: 'ann', status: 403, code: 'csrf' });
    expect((await ask(server.url, WEB, { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    const good = await change({ 'x-serin-csrf': csrf, origin: server.url, 'sec-fetch-site': 'same-origin' });
    expect(good.status).toBe(200);
    await cluster.admin.patch(resources.configMaps, { namespace: 'shop', name: 'web' }, { kind: 'merge', body: { data: { value: 'old' } } });
  });
});

describe('requests that are wrong', () => {
  const headers = bearer(TOKENS.ann);
  const change = (body: unknown, more: Record<string, string> = {}) => ask(server.url, WEB, { method: 'POST', headers: { ...headers, ...more }, body });

  it('a foreign Host is another name that leads here: nothing is told', async () => {
    for (const host of ['evil.example', `evil.example:${server.port}`, '127.0.0.1.evil.example', 'a b']) {
      const answer = await ask(server.url, WEB, { headers: { ...headers, host } });
      expect([host, answer.status, errorIn(answer).code]).toEqual([host, host === 'a b' ? 400 : 403, host === 'a b' ? 'invalid' : 'wrong_host']);
    }
    expect((await ask(server.url, WEB, { headers: { ...headers, host: `localhost:${server.port}` } })).status).toBe(200);
  });

  it('too large a body is not read, whatever its length claims to be', async () => {
    const large = JSON.stringify({ value: 'x'.repeat(70_000) });
    const said = await change(large, { 'content-type': 'application/json' });
    expect([said.status, errorIn(said)]).toEqual([413, { code: 'too_large', message: 'The body is larger than 64 KiB, and that is the most that is read here: send less.' }]);
    expect(lastAudit()).toMatchObject({ user: 'ann', status: 413, code: 'too_large' });
    expect(await chunked(large)).toBe(413);
  });

  it('another content type, no JSON, unknown and missing fields, each with its place', async () => {
    const form = await change('value=x', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, errorIn(form).code]).toEqual([415, 'unsupported_media_type']);
    const messages: unknown[] = [];
    for (const body of ['{"value": ', '{"value":"a","b":1}', '{}', '{"value":7}', '[]', Buffer.from([0x22, 0xff, 0x22])]) {
      const answer = await change(body, { 'content-type': 'application/json; charset=utf-8' });
      expect(answer.status).toBe(400);
      messages.push(errorIn(answer).message);
    }
    expect(messages).toEqual([
      'The body is no JSON: look for a missing quote, comma or bracket.',
      'The body has fields that are not known (b): see /api/v1/openapi.json.',
      'The body must have required properties value: see /api/v1/openapi.json.',
      'The body\'s field "value" must be string: see /api/v1/openapi.json.',
      'The body must be object: see /api/v1/openapi.json.',
      'The body is no JSON: look for a missing quote, comma or bracket.',
    ]);
    expect(await value()).toBe('old');
  });

  it('queries are read as numbers and booleans', async () => {
    expect((await ask(server.url, `${WEB}?limit=3&all=true`, { headers })).json).toMatchObject({ data: { limit: 3, all: true } });
    const wrong = await ask(server.url, `${WEB}?limit=no`, { headers });
    expect([wrong.status, errorIn(wrong).message]).toEqual([400, 'The query\'s field "limit" must be integer: see /api/v1/openapi.json.']);
  });

  it('what is not there, other methods, paths that cannot be read', async () => {
    expect(await ask(server.url, '/api/v1/nothing', { headers })).toMatchObject({ status: 404 });
    expect(await ask(server.url, '/api/v1/namespaces/shop/configs/none', { headers })).toMatchObject({ status: 404 });
    const put = await ask(server.url, WEB, { method: 'PUT', headers, body: {} });
    expect([put.status, put.headers['allow']]).toEqual([405, 'GET, POST']);
    for (const path of ['/%', '/api/v1/namespaces/%ff/configs/%00', '//evil.example/x', '/api/v1/../../etc/passwd', '/api/v1/namespaces/shop/configs/..%2fsecrets']) {
      expect((await ask(server.url, path, { headers })).status).toBeGreaterThanOrEqual(400);
      expect((await ask(server.url, path, { headers })).status).toBeLessThan(500);
    }
  });

  it('a cluster that cannot be reached is 503, and says when to try again', async () => {
    const nowhere = createHttpTransport({ server: 'http://127.0.0.1:1' });
    const lost = await startTestServer({ own: nowhere, bare: nowhere });
    const answer = await ask(lost.url, WEB, { headers });
    expect([answer.status, answer.headers['retry-after'], errorIn(answer).code]).toEqual([503, '5', 'unavailable']);
    await lost.stop();
    await nowhere.stop();
  });

  /** A body without a length. */
  function chunked(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server.url);
      const asked = request({ hostname, port, path: WEB, method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      for (let at = 0; at < text.length; at += 10_000) asked.write(text.slice(at, at + 10_000));
      asked.end();
    });
  }
});

describe('too many requests', () => {
  it('of one person, of one address, and of wrong tokens: each is told when to try again, and the audit log does not drown', async () => {
    const few = { perSecond: 0.001, burst: 3 };
    const strict = await startTestServer(cluster, { limits: { perPerson: few, guesses: few } });
    const statuses = async (token: string, count: number): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < count; i++) all.push((await ask(strict.url, WEB, { headers: bearer(token) })).status);
      return all;
    };
    expect(await statuses(TOKENS.bob, 6)).toEqual([200, 200, 200, 429, 429, 429]);
    expect(strict.audit.map(({ status, user }) => [status, user])).toEqual([[429, 'bob']]);
    expect(await statuses(TOKENS.ann, 1)).toEqual([200]);
    for (let i = 0; i < 3; i++) await statuses(`wrong-${i}`, 1);
    const answer = await ask(strict.url, WEB, { headers: bearer('wrong-4') });
    expect([answer.status, Number(answer.headers['retry-after']) > 100, errorIn(answer).code]).toEqual([429, true, 'too_many_requests']);
    expect((await ask(strict.url, '/api/v1/session', { method: 'POST', body: { token: TOKENS.ann } })).status).toBe(429);
    // Whoever is known already is not kept out by another's guesses.
    expect(await statuses(TOKENS.ann, 1)).toEqual([200]);
    await strict.stop();
    const narrow = await startTestServer(cluster, { trustProxy: true, limits: { perAddress: few } });
    const from = (address: string) => ask(narrow.url, '/api/v1/sign-in', { headers: { 'x-forwarded-for': `9.9.9.9, ${address}` } });
    const seen: number[] = [];
    for (const address of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2']) seen.push((await from(address)).status);
    expect(seen).toEqual([200, 200, 200, 429, 200]);
    expect(narrow.audit).toMatchObject([{ status: 429, remote: '10.0.0.1' }]);
    expect((await ask(narrow.url, '/healthz')).status).toBe(200);
    await narrow.stop();
  });
});

it('streams begin at once, go on, and end with the server', async () => {
  const own = await startTestServer(cluster);
  let text = '';
  const ended = new Promise<void>((resolve, reject) => {
    const { hostname, port } = new URL(own.url);
    request({ hostname, port, path: '/api/v1/ticks', headers: bearer(TOKENS.bob), agent: false }, (response) => {
      expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform', 'x-frame-options': 'DENY' });
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', resolve).on('error', reject);
    }).on('error', reject).end();
  });
  await until(() => text.includes('data: 1'), 'the first frame');
  await own.stop();
  await ended;
});

describe('the page', () => {
  it('is served from memory, with a policy that lets nothing else in, and hashed files for ever', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serin-page-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>Serin</title>');
    await writeFile(join(directory, 'assets', 'app-1a2b.js'), `console.log(${JSON.stringify('x'.repeat(2_000))})`);
    await writeFile(join(directory, '.env'), 'SECRET=1');
    const own = await startTestServer(cluster, { pageDirectory: directory });
    const page = await ask(own.url, '/');
    expect([page.status, page.headers['content-type'], page.headers['cache-control']]).toEqual([200, 'text/html; charset=utf-8', 'no-cache']);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(page.headers['content-security-policy']).not.toContain('unsafe');
    const script = await ask(own.url, '/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip' } });
    expect([script.headers['content-encoding'], script.headers['cache-control']]).toEqual(['gzip', 'public, max-age=31536000, immutable']);
    expect((await ask(own.url, '/', { headers: { 'if-none-match': String(page.headers['etag']) } })).status).toBe(304);
    expect((await ask(own.url, '/releases/shop/web-1', { headers: { accept: 'text/html' } })).text).toContain('Serin');
    for (const path of ['/.env', '/assets/none.js', '/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fpackage.json', '/releases/shop/web-1']) {
      expect((await ask(own.url, path)).status).toBe(404);
    }
    expect((await ask(own.url, '/api/v1/none', { headers: { accept: 'text/html' } })).status).toBe(404);
    await own.stop();
    await rm(directory, { recursive: true });
    await expect(startTestServer(cluster, { pageDirectory: directory })).rejects.toThrow('holds no page: build it with: make build');
  });
});

describe('where it listens', () => {
  it('two at one address cannot be, and a public URL is no path', async () => {
    await expect(startTestServer(cluster, { listen: { host: '127.0.0.1', port: server.port } })).rejects.toThrow(`127.0.0.1:${server.port} is taken by another program`);
    await expect(startTestServer(cluster, { publicUrl: 'https://a.example/serin' })).rejects.toThrow('write it as https://serin.example.com');
  });

  it('by HTTPS with a certificate of its own', async () => {
    const own = await startTestServer(cluster, { listen: { host: '127.0.0.1', port: 0, tls: { cert: certificates.serverCert, key: certificates.serverKey } } });
    const client = createHttpTransport({ server: own.url, ca: certificates.ca });
    const answer = await client.request({ method: 'POST', path: '/api/v1/session', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: TOKENS.ann }) });
    expect([own.url, answer.status]).toEqual([`https://127.0.0.1:${own.port}`, 201]);
    expect(answer.headers['set-cookie']).toMatch(/^__Host-serin=.*; Secure$/);
    await client.stop();
    await own.stop();
    await expect(startTestServer(cluster, { listen: { host: '127.0.0.1', port: 0, tls: { cert: 'no certificate', key: '' } } })).rejects.toThrow('the certificate or key to listen with cannot be used');
  });

  it('behind HTTPS its cookies are for this host alone, and its own name is known', async () => {
    const own = await startTestServer(cluster, { publicUrl: 'https://serin.example' });
    const answer = await ask(own.url.replace('https://serin.example', `http://127.0.0.1:${own.port}`), '/api/v1/session', { method: 'POST', headers: { host: 'serin.example', origin: 'https://serin.example' }, body: { token: TOKENS.ann } });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-serin=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    await own.stop();
  });
});

it('people whom only the server knows are impersonated, and only where that is allowed', async () => {
  const client = { fieldManager: 'serin-server' };
  const clientOf = clusterClients({ own: cluster.own, bare: cluster.bare, impersonate: true, moreDeeds: [{ group: '', plural: 'configmaps', verbs: ['get', 'delete'] }], client });
  const eve = { user: 'oidc:eve', groups: ['oidc:shop', 'oidc:a, system:masters', 'system:authenticated'], method: 'oidc' } as const;
  const rights = createRights({ client: createClient(cluster.own, client), clientOf, clock: systemClock });
  const may = (verb: 'patch' | 'delete') => rights.may(eve, { verb, resource: resources.configMaps, namespace: 'shop' });
  expect([await may('patch'), await may('delete')]).toEqual([true, false]);
  const web = { namespace: 'shop', name: 'web' };
  expect((await clientOf(eve).get(resources.configMaps, web)).data).toEqual({ value: 'old' });
  // A comma in the name of a group does not make two of it.
  await expect(clientOf(eve).delete(resources.configMaps, web)).rejects.toThrow('User "oidc:eve" cannot delete resource "configmaps"');
  expect(() => clusterClients({ own: cluster.own, impersonate: false, client })(eve)).toThrow('start it with --impersonate');
  const ann = { user: 'ann', groups: [], method: 'token', token: TOKENS.ann } as const;
  expect(await rights.may(ann, { verb: 'patch', resource: resources.configMaps, namespace: 'shop' })).toBe(true);
});

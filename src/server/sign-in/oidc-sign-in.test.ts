import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ask, cookieOf, errorIn, type Answer } from '../testing/asking.js';
import { CLIENT, startProvider, type TestProvider } from '../testing/oidc-provider.js';
import { startTestCluster, startTestServer, type TestCluster, type TestServer } from '../testing/test-server.js';

const WEB = '/api/v1/namespaces/shop/configs/web';
let cluster: TestCluster;
let provider: TestProvider;
let server: TestServer;
/** Whether the cluster takes the provider's tokens itself. */
let trusted = false;
const rules = { userClaim: 'email', groupsClaim: 'groups', userPrefix: 'oidc:', groupsPrefix: 'oidc:' };
const eve = { email: 'eve@shop.example', email_verified: true, groups: ['shop', 'x'] };

beforeAll(async () => {
  cluster = await startTestCluster({ get: (token) => (trusted && token === provider.lastToken ? { username: 'eve', groups: ['shop-team', 'system:authenticated'] } : undefined) });
  provider = await startProvider(() => `${server.url}/sign-in/oidc/callback`);
  server = await startTestServer(cluster, { signIn: { oidc: { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, name: 'Shop', ...rules } } });
});
afterEach(() => {
  provider.next = {};
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
  await cluster.stop();
});

/** The whole way of a browser, up to what the callback answers. */
async function comeBack(): Promise<{ callback: Answer; back: URL; cookie: string }> {
  const begun = await ask(server.url, '/sign-in/oidc');
  expect(begun.status).toBe(303);
  const cookie = cookieOf(begun);
  const back = await provider.signIn(String(begun.headers['location']));
  return { callback: await ask(server.url, `${back.pathname}${back.search}`, { headers: { cookie } }), back, cookie };
}

it('signs in by code, PKCE and nonce, as the claims say, and acts by impersonation with exactly those rights', async () => {
  provider.next = { claims: eve };
  expect((await ask(server.url, '/api/v1/sign-in')).json).toEqual({ methods: ['oidc'], oidcName: 'Shop' });
  const begun = await ask(server.url, '/sign-in/oidc');
  expect(begun.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=600$/);
  const { callback, back, cookie } = await comeBack();
  expect([callback.status, callback.headers['location']]).toEqual([303, '/']);
  const session = cookieOf(callback);
  const { json } = await ask(server.url, '/api/v1/session', { headers: { cookie: session } });
  expect(json).toMatchObject({ user: 'oidc:eve@shop.example', groups: ['oidc:shop', 'oidc:x', 'system:authenticated'], method: 'oidc' });
  const headers = { cookie: session, 'x-serin-csrf': String(json?.['csrf']) };
  expect((await ask(server.url, WEB, { method: 'POST', headers, body: { value: 'eve' } })).status).toBe(200);
  const other = await ask(server.url, '/api/v1/namespaces/default/configs/web', { method: 'POST', headers, body: { value: 'eve' } });
  expect([other.status, errorIn(other).message]).toEqual([403, 'configmaps "web" is forbidden: User "oidc:eve@shop.example" cannot patch resource "configmaps" in API group "" in the namespace "default".']);
  // The way back is good once.
  const replayed = await ask(server.url, `${back.pathname}${back.search}`, { headers: { cookie } });
  expect([replayed.status, errorIn(replayed).code]).toEqual([400, 'invalid']);
  for (const secret of [provider.lastToken, back.searchParams.get('code') ?? '', CLIENT.secret]) expect(server.logged()).not.toContain(secret);
});

it('another browser\'s way back, another state, and a refusal do not sign in', async () => {
  const begun = await ask(server.url, '/sign-in/oidc');
  const back = await provider.signIn(String(begun.headers['location']));
  expect((await ask(server.url, `${back.pathname}${back.search}`)).status).toBe(400);
  const cookie = cookieOf(begun);
  back.searchParams.set('state', 'forged');
  const forged = await ask(server.url, `${back.pathname}${back.search}`, { headers: { cookie } });
  expect([forged.status, errorIn(forged).code, forged.headers['set-cookie']]).toEqual([401, 'unauthenticated', undefined]);
  const again = await ask(server.url, '/sign-in/oidc');
  const state = new URL(String(again.headers['location'])).searchParams.get('state') ?? '';
  const denied = await ask(server.url, `/sign-in/oidc/callback?${new URLSearchParams({ error: 'access_denied', state }).toString()}`, { headers: { cookie: cookieOf(again) } });
  expect([denied.status, errorIn(denied).message]).toEqual([401, 'The provider did not let you in: ask who manages it.']);
});

it.each([
  ['of another key', { foreignKey: true, claims: eve }],
  ['for another client', { audience: 'other', claims: eve }],
  ['of another issuer', { issuer: 'https://evil.example', claims: eve }],
  ['with another nonce', { nonce: 'forged', claims: eve }],
  ['without the claim', { claims: { groups: ['shop'] } }],
  ['with an address that nobody verified', { claims: { ...eve, email_verified: false } }],
])('a token %s does not sign in', async (_, changes) => {
  provider.next = changes;
  const { callback } = await comeBack();
  expect([callback.status, errorIn(callback).code, callback.headers['set-cookie']]).toEqual([401, 'unauthenticated', undefined]);
  expect(server.audit.at(-1)).toMatchObject({ operation: 'signInFromProvider', status: 401 });
});

it('a provider that is down is said, and tried again', async () => {
  const lost = await startTestServer(cluster, { signIn: { oidc: { issuer: 'http://127.0.0.1:1', clientId: 'serin' } } });
  for (let i = 0; i < 2; i++) expect(await ask(lost.url, '/sign-in/oidc')).toMatchObject({ status: 503 });
  await lost.stop();
  await expect(startTestServer(cluster, { signIn: { oidc: { issuer: 'http://issuer.example', clientId: 'serin' } } })).rejects.toThrow('the OIDC issuer "http://issuer.example" is no https URL');
});

it('where the cluster takes ID tokens itself, it says who somebody is, and a token that it does not take is refused', async () => {
  const options = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, knownToCluster: true };
  const first = server;
  server = await startTestServer(cluster, { signIn: { oidc: options } });
  const { callback } = await comeBack();
  expect([callback.status, errorIn(callback).code]).toEqual([401, 'unauthenticated']);
  expect(errorIn(callback).message).toContain('the cluster does not take its tokens');
  trusted = true;
  const cookie = cookieOf((await comeBack()).callback);
  const { json } = await ask(server.url, '/api/v1/session', { headers: { cookie } });
  expect(json).toMatchObject({ user: 'eve', groups: ['shop-team', 'system:authenticated'], method: 'oidc' });
  expect(Date.parse(String(json?.['expiresAt'])) - Date.now()).toBeLessThanOrEqual(3_600_000);
  expect((await ask(server.url, WEB, { method: 'POST', headers: { cookie, 'x-serin-csrf': String(json?.['csrf']) }, body: { value: 'eve' } })).status).toBe(200);
  await server.stop();
  server = first;
});

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../ports/random.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import { createApi } from '../api.js';
import { memoryStore } from '../memory-store.js';
import { caller, startApi } from '../testing/local-client.js';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';

it('every namespace has a default ServiceAccount, again when it was deleted', async () => {
  const { api, call } = startApi();
  expect((await call('GET', '/api/v1/serviceaccounts')).json.items.map(({ metadata }: { metadata: { namespace: string } }) => metadata.namespace)).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
  const account = () => call('GET', '/api/v1/namespaces/team/serviceaccounts/default');
  await expect.poll(async () => (await account()).status).toBe(200);
  const { uid } = (await account()).json.metadata;
  await call('DELETE', '/api/v1/namespaces/team/serviceaccounts/default');
  await expect.poll(async () => (await account()).json.metadata?.uid ?? uid).not.toBe(uid);
  await api.close();
});

describe('tokens of ServiceAccounts', () => {
  const request = (spec: object = {}) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });
  const review = async (call: ReturnType<typeof caller>, token: string, audiences?: string[]) => (await call('POST', REVIEWS, { spec: { token, ...(audiences === undefined ? {} : { audiences }) } })).json.status;

  it('are good until they end, for whom they are meant', async () => {
    const { api, call, clock } = startApi();
    const issued = (await call('POST', `${ACCOUNTS}/default/token`, request({ expirationSeconds: 600 }))).json;
    expect(issued.spec).toEqual({ audiences: ['https://kubernetes.default.svc'], expirationSeconds: 600, boundObjectRef: null });
    const { token } = issued.status;
    const { uid } = (await call('GET', `${ACCOUNTS}/default`)).json.metadata;
    expect(await review(call, token)).toMatchObject({
      authenticated: true,
      user: { username: 'system:serviceaccount:default:default', uid, groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'] },
    });
    expect(api.authenticate(token)).toMatchObject({ username: 'system:serviceaccount:default:default' });
    expect(await review(call, token, ['others'])).toMatchObject({ error: 'invalid bearer token' });
    const forOthers = (await call('POST', `${ACCOUNTS}/default/token`, request({ audiences: ['others'] }))).json.status.token;
    expect(await review(call, forOthers, ['others', 'more'])).toMatchObject({ authenticated: true, audiences: ['others'] });
    expect(api.authenticate(forOthers)).toBeUndefined();
    const [head = '', , signature = ''] = token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()), sub: 'x', exp: 9e12 })).toString('base64url');
    expect(api.authenticate(`${head}.${forged}.${signature}`)).toBeUndefined();
    await clock.advance(600_000);
    expect(api.authenticate(token)).toBeUndefined();
  });

  it('end with the account, or the Pod that they are bound to', async () => {
    const { api, call } = startApi();
    await call('POST', ACCOUNTS, { metadata: { name: 'robot' } });
    const token = async (spec: object = {}): Promise<string> => (await call('POST', `${ACCOUNTS}/robot/token`, request(spec))).json.status.token;
    await call('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec: { serviceAccountName: 'robot', containers: [{ name: 'c', image: 'i' }] } });
    const bound = await token({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } });
    expect(api.authenticate(bound)?.extra).toMatchObject({ 'authentication.kubernetes.io/pod-name': ['p'] });
    await call('DELETE', '/api/v1/namespaces/default/pods/p');
    expect(api.authenticate(bound)).toBeUndefined();
    const free = await token();
    expect(api.authenticate(free)).toBeDefined();
    await call('DELETE', `${ACCOUNTS}/robot`);
    await call('POST', ACCOUNTS, { metadata: { name: 'robot' } });
    expect(api.authenticate(free)).toBeUndefined();
  });

  it('are refused when they ask for the wrong thing', async () => {
    const { call } = startApi();
    const post = async (body: object, name = 'default') => (await call('POST', `${ACCOUNTS}/${name}/token`, body)).json.message;
    expect(await post(request({ expirationSeconds: 10 }))).toBe('TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes');
    expect(await post(request(), 'nobody')).toBe('serviceaccounts "nobody" not found');
    expect(await post(request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'p' } }))).toBe('pods "p" not found');
    expect(await post(request({ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } }))).toContain('cannot bind token to object of type');
  });

  it('outlast the server that issued them when its key does', async () => {
    const store = memoryStore();
    const clock = new VirtualClock();
    const start = (key: number) => createApi({ store, clock, random: seededRandom(1), tokenKey: new Uint8Array(32).fill(key) });
    const token = (await caller(start(1).transport())('POST', `${ACCOUNTS}/default/token`, request())).json.status.token;
    expect(start(1).authenticate(token)).toBeDefined();
    expect(start(2).authenticate(token)).toBeUndefined();
  });
});

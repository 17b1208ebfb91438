import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anonymous, type User } from '../request/users.js';
import { caller, startApi } from '../testing/local-client.js';
import { readUsers } from '../users-file.js';

const jane: User = { username: 'jane', groups: ['dev', 'system:authenticated'] };
const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

it('a known user is told who it is', async () => {
  const { api } = startApi();
  const call = caller(api.transport(jane));
  expect((await call('POST', whoami, {})).json.status).toEqual({ userInfo: { username: 'jane', groups: ['dev', 'system:authenticated'] } });
  expect((await call('GET', '/apis')).status).toBe(200);
});

it('a stranger may do nothing, and speak for nobody', async () => {
  const { api } = startApi();
  const call = caller(api.transport(anonymous));
  expect((await call('GET', '/healthz')).status).toBe(200);
  expect((await call('GET', '/apis')).json.message).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
  expect((await call('GET', '/api/v1/pods')).json).toMatchObject({ code: 403, reason: 'Forbidden' });
  expect((await call('POST', whoami, {})).status).toBe(403);
  const refused = await call('GET', '/api/v1/pods', undefined, { 'impersonate-user': 'jane' });
  expect(refused.json.message).toBe('users "jane" is forbidden: User "system:anonymous" cannot impersonate resource "users" in API group "" at the cluster scope');
});

it('who speaks for another is that other', async () => {
  const { call } = startApi();
  const spoken = async (headers: Record<string, string>) => (await call('POST', whoami, {}, headers)).json.status.userInfo;
  expect(await spoken({ 'impersonate-user': 'bob', 'impersonate-group': 'ops' })).toEqual({ username: 'bob', groups: ['ops', 'system:authenticated'] });
  const account = 'system:serviceaccount:team:robot';
  expect(await spoken({ 'impersonate-user': account })).toEqual({ username: account, groups: ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'] });
  expect(await spoken({ 'impersonate-user': 'bob', 'impersonate-uid': '7', 'impersonate-extra-scopes': 'a,b' })).toEqual({ username: 'bob', uid: '7', groups: ['system:authenticated'], extra: { scopes: ['a', 'b'] } });
  expect((await call('GET', '/api/v1/pods', undefined, { 'impersonate-user': 'system:anonymous' })).status).toBe(403);
  expect((await call('GET', '/api/v1/pods', undefined, { 'impersonate-group': 'ops' })).json).toMatchObject({ code: 400, reason: 'BadRequest' });
});

it('whom somebody may speak for is a matter of rules', async () => {
  const { api, call } = startApi();
  const rules = [
    { apiGroups: [''], resources: ['users'], resourceNames: ['bob'], verbs: ['impersonate'] },
    { apiGroups: [''], resources: ['groups'], resourceNames: ['ops'], verbs: ['impersonate'] },
  ];
  await call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'speaker' }, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'speaker' };
  await call('POST', `${RBAC}/clusterrolebindings`, { metadata: { name: 'speaker' }, roleRef, subjects: [{ kind: 'User', name: 'jane' }] });
  const asJane = caller(api.transport(jane));
  const status = async (headers: Record<string, string>) => (await asJane('POST', whoami, {}, headers)).status;
  expect(await status({ 'impersonate-user': 'bob', 'impersonate-group': 'ops' })).toBe(201);
  expect(await status({ 'impersonate-user': 'eve' })).toBe(403);
  expect(await status({ 'impersonate-user': 'bob', 'impersonate-group': 'system:masters' })).toBe(403);
  expect((await asJane('POST', whoami, {}, { 'impersonate-user': 'bob', 'impersonate-extra-scopes': 'a' })).json.message).toBe(
    'userextras.authentication.k8s.io "a" is forbidden: User "jane" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope',
  );
});

it('what is wrong with a file of tokens is said without a token', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'serin-users-'));
  const path = join(directory, 'tokens.json');
  for (const text of ['secret-token', '{"secret-token": {"username": "jane"', '["secret-token"]', '{"secret-token": {}}']) {
    await writeFile(path, text);
    const error: unknown = await Promise.resolve().then(() => readUsers(path)).catch((reason: unknown) => reason);
    expect(error instanceof Error ? `${error.stack ?? ''} ${String(error.cause)}` : '').toContain(path);
    expect(error instanceof Error ? `${error.stack ?? ''} ${String(error.cause)}` : '').not.toContain('secret-token');
  }
  await rm(directory, { recursive: true });
});

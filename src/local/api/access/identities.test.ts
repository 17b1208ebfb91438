import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { anonymous, type User } from '../request/users.js';
import { caller, startApi } from '../testing/local-client.js';
import { readUsers } from '../users-file.js';

const jane: User = { username: 'jane', groups: ['dev', 'system:authenticated'] };
const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const whoami = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const question = { spec: { resourceAttributes: { verb: 'create', resource: 'pods' } } };

it('a known user is told who it is and that it may', async () => {
  const { api } = startApi();
  const call = caller(api.transport(jane));
  expect((await call('POST', whoami, {})).json.status).toEqual({ userInfo: { username: 'jane', groups: ['dev', 'system:authenticated'] } });
  expect((await call('POST', reviews, question)).json.status).toEqual({ allowed: true });
  expect((await call('GET', '/api/v1/pods')).status).toBe(200);
});

it('a stranger may do nothing, and speak for nobody', async () => {
  const { api } = startApi();
  const call = caller(api.transport(anonymous));
  expect((await call('GET', '/healthz')).status).toBe(200);
  expect((await call('GET', '/api/v1/pods')).json).toMatchObject({ code: 403, reason: 'Forbidden' });
  expect((await call('POST', whoami, {})).status).toBe(403);
  const refused = await call('GET', '/api/v1/pods', undefined, { 'impersonate-user': 'jane' });
  expect(refused.json.message).toBe('users "jane" is forbidden: User "system:anonymous" cannot impersonate resource "users" in API group "" at the cluster scope');
});

it('who speaks for another is that other', async () => {
  const { api } = startApi();
  const call = caller(api.transport(jane));
  const as = { 'impersonate-user': 'bob', 'impersonate-group': 'ops' };
  expect((await call('POST', whoami, {}, as)).json.status.userInfo).toEqual({ username: 'bob', groups: ['ops', 'system:authenticated'] });
  expect((await call('GET', '/api/v1/pods', undefined, { 'impersonate-user': 'system:anonymous' })).status).toBe(403);
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

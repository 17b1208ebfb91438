import { expect, it } from 'vitest';
import type { SelfSubjectReview } from '../kubernetes/generated/authentication-v1.js';
import type { Resource } from '../kubernetes/objects.js';
import { listen } from '../local/api/listener.js';
import { systemClock } from '../ports/clock.js';
import { createClient } from './create-client.js';
import { createHttpTransport } from './http-transport.js';
import { impersonating, impersonationHeaders, withToken } from './impersonation.js';
import { localCluster, TOKEN } from './testing/local-cluster.js';

const reviews: Resource<SelfSubjectReview> = { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false };
const eve = { user: 'eve', groups: ['cn=ops,ou=shop', 'dev'], uid: '7', extra: { 'example.com/scope': ['a,b', 'c'] } };

it('names somebody else the same way over sockets and without: a group with a comma is one group', async () => {
  const cluster = localCluster(systemClock);
  const listener = await listen(cluster.api, { port: 0 });
  const bare = createHttpTransport({ server: listener.url });
  for (const transport of [cluster.transport, withToken(bare, TOKEN)]) {
    const client = createClient(impersonating(transport, eve), { fieldManager: 'test' });
    const { status } = await client.create(reviews, { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: { name: '' } });
    expect(status?.userInfo).toEqual({ username: 'eve', groups: ['cn=ops,ou=shop', 'dev', 'system:authenticated'], uid: '7', extra: { 'example.com/scope': ['a,b', 'c'] } });
  }
  await bare.stop();
  await listener.close();
  await cluster.close();
});

it('sends one header a group, and keys of extras percent-encoded', () => {
  expect(impersonationHeaders(eve)).toEqual({ 'impersonate-user': 'eve', 'impersonate-group': ['cn=ops,ou=shop', 'dev'], 'impersonate-uid': '7', 'impersonate-extra-example.com%2fscope': ['a,b', 'c'] });
  expect(impersonationHeaders(undefined)).toEqual({});
});

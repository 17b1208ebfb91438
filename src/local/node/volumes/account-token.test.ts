import { expect, it } from 'vitest';
import { createClient } from '../../../cluster/create-client.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import type { Transport } from '../../../ports/transport.js';
import { requestToken } from './account-token.js';

const now = Date.UTC(2026, 0, 1);
const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: '1' }, spec: { containers: [{ name: 'c' }] } };

/** When a token is renewed of which a server says this. */
async function renewal(status: object): Promise<number> {
  const answer = { status: 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ kind: 'TokenRequest', metadata: {}, status: { token: 't', ...status } }) };
  const transport: Transport = { request: () => Promise.resolve(answer), stream: () => Promise.reject(new Error('no streams')) };
  const { renewAt } = await requestToken({ path: 'token', expirationSeconds: 1000 }, pod, createClient(transport, { fieldManager: 'test' }), now, new AbortController().signal);
  return (renewAt - now) / 1000;
}

it('is renewed after four fifths of its life, and never without a pause', async () => {
  expect(await renewal({ expirationTimestamp: '2026-01-01T00:10:00Z' })).toBe(480);
  expect(await renewal({})).toBe(800);
  expect(await renewal({ expirationTimestamp: 'soon' })).toBe(800);
  expect(await renewal({ expirationTimestamp: '2025-12-31T23:00:00Z' })).toBe(10);
});

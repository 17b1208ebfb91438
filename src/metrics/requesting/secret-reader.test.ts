import { expect, it } from 'vitest';
import { ApiError } from '../../cluster/api-error.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { secretsClient } from '../testing/measuring.js';
import { createSecretReader, MissingSecret } from './secret-reader.js';

const signal = new AbortController().signal;

it('reads a value, keeps it for a short while, and reads it anew when it is doubted', async () => {
  const clock = new VirtualClock();
  const values = { keys: { token: 'one\n' } };
  const client = secretsClient(values);
  const reader = createSecretReader(client, clock);
  const token = () => reader.read('shop', { secret: 'keys', key: 'token' }, signal);
  expect([await token(), await token(), client.reads]).toEqual(['one', 'one', 1]);
  values.keys.token = 'two';
  reader.doubt('shop', 'keys');
  expect([await token(), client.reads]).toEqual(['two', 2]);
  values.keys.token = 'three';
  await clock.advance(29_000);
  expect(await token()).toBe('two');
  await clock.advance(1000);
  expect(await token()).toBe('three');
});

it('names the Secret and the key that are missing, and looks again at once', async () => {
  const secrets: Record<string, Record<string, string>> = { keys: { other: 'x', empty: ' ' } };
  const reader = createSecretReader(secretsClient(secrets), new VirtualClock());
  const read = (secret: string, key: string, namespace = 'shop') => reader.read(namespace, { secret, key }, signal);
  await expect(read('none', 'token')).rejects.toThrow(new MissingSecret('there is no Secret none in shop (its key token is needed)'));
  await expect(read('keys', 'token')).rejects.toThrow('Secret keys in shop has no key token');
  await expect(read('keys', 'empty')).rejects.toThrow('Secret keys in shop has an empty key empty');
  await expect(read('keys', 'constructor')).rejects.toThrow('Secret keys in shop has no key constructor');
  await expect(read('keys', 'other', 'elsewhere')).rejects.toThrow('there is no Secret keys in elsewhere');
  secrets['keys'] = { token: 'there' };
  expect(await read('keys', 'token')).toBe('there');
});

it('says what right is missing, and nothing of what the API server said beside', async () => {
  const forbidden = new ApiError(403, { message: 'user "x" cannot get secrets', reason: 'Forbidden' }, 'GET /x');
  const reader = createSecretReader({ find: () => Promise.reject(forbidden) }, new VirtualClock());
  await expect(reader.read('shop', { secret: 'keys', key: 'token' }, signal)).rejects.toThrow('Secret keys in shop could not be read: Serin may not read it; let its role get secrets in shop (its key token is needed)');
});

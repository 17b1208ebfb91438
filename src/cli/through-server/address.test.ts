import { expect, it } from 'vitest';
import { CliError } from '../errors.js';
import { serverOrigin } from './address.js';
import { serverIn } from './options.js';

it.each([
  ['https://serin.example.com', 'https://serin.example.com'],
  ['https://serin.example.com:8443/', 'https://serin.example.com:8443'],
  ['http://127.0.0.1:8420', 'http://127.0.0.1:8420'],
  ['http://[::1]:8420/', 'http://[::1]:8420'],
  ['http://localhost:8420', 'http://localhost:8420'],
])('%s is a server', (text, origin) => {
  expect(serverOrigin(text)).toBe(origin);
});

it.each([
  ['serin.example.com', /^--server: it is an address such as /],
  ['', /^--server: it is an address such as /],
  ['ftp://serin.example.com', /^--server: it is an address such as /],
  ['http://serin.example.com:8420', /plain http to this machine only; write https:\/\/serin\.example\.com:8420/],
  ['http://127.0.0.1.example.com', /plain http to this machine only/],
  ['http://localhost.', /plain http to this machine only/],
  ['http://10.0.0.7:8080', /plain http to this machine only/],
  ['http://[::2]', /plain http to this machine only/],
  ['http://127.0.0.1@serin.example.com', /leave user and password out of the address of serin\.example\.com/],
  ['https://jane:s3cret@serin.example.com', /leave user and password out/],
  ['http://127.0.0.1:1/sign-in?code=s3cret', /without a path: http:\/\/127\.0\.0\.1:1\.$/],
  ['https://serin.example.com/?token=s3cret', /without a path: https:\/\/serin\.example\.com\.$/],
  ['https://serin.example.com/#s3cret', /without a path/],
])('%s is none, and is not repeated where it may hold a secret', (text, why) => {
  const refused = refusalBy(() => serverOrigin(text));
  expect(refused).toMatchObject({ exitCode: 2, message: expect.stringMatching(why) as string });
  expect(refused.message).not.toContain('s3cret');
});

const env = { SERIN_SERVER: 'https://serin.example.com' };

it('what is typed goes before the environment', () => {
  expect(serverIn(env, {})).toBe('https://serin.example.com');
  expect(serverIn({}, {})).toBeUndefined();
  expect(serverIn({ SERIN_SERVER: '' }, {})).toBeUndefined();
  expect(serverIn(env, { server: 'https://other.example.com', kubeconfig: 'file' })).toBe('https://other.example.com');
  for (const cluster of [{ kubeconfig: 'file' }, { context: 'dev' }, { local: true }, { local: 'shop' }]) expect(serverIn(env, cluster)).toBeUndefined();
});

it.each([
  [env, { server: 'https://serin.example.com', local: true }, '--server and --local name two places; leave one of them out.'],
  [{}, { tokenFile: 'token' }, '--token-file is for a server; name one with --server.'],
  [env, { kubeconfig: 'file', certificateAuthority: 'ca.pem' }, '--certificate-authority is for a server; name one with --server.'],
])('options that contradict each other are refused: %j %j', (around, options, message) => {
  expect(refusalBy(() => serverIn(around, options))).toMatchObject({ exitCode: 2, message });
});

function refusalBy(call: () => unknown): CliError {
  try {
    call();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

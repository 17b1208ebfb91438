import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import type { Shell } from '../shell.js';
import { serverIdentity } from './identity.js';
import type { PlaceOptions } from './options.js';

const plugin = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'of-the-plugin' } };
const users = {
  jane: { token: 'of-jane' },
  plugin: { exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command: process.execPath, args: ['-e', `process.stdout.write(${JSON.stringify(JSON.stringify(plugin))})`] } },
  certificate: { 'client-certificate-data': Buffer.from('a certificate').toString('base64'), 'client-key-data': Buffer.from('s3cret').toString('base64') },
  password: { username: 'jane', password: 's3cret' },
  lines: { token: 's3cret\nX-Evil: yes' },
  file: { tokenFile: 'token' },
};
const kubeconfig = JSON.stringify({
  apiVersion: 'v1', kind: 'Config', 'current-context': 'jane',
  contexts: Object.keys(users).map((user) => ({ name: user, context: { cluster: 'here', user, namespace: 'shop' } })),
  clusters: [{ name: 'here', cluster: { server: 'https://127.0.0.1:1' } }],
  users: Object.entries(users).map(([name, user]) => ({ name, user })),
});

let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), 'serin-identity-'));
  for (const [name, text] of [['config', kubeconfig], ['token', 'of-the-file\n'], ['empty', '\n']] as const) await writeFile(join(path, name), text);
});
afterAll(() => rm(path, { recursive: true, force: true }));

/** Whom a server is told, and where they look. */
async function told(options: PlaceOptions, env: Shell['env'] = {}): Promise<{ credential: unknown; namespace: string }> {
  const named = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, name === 'kubeconfig' ? join(path, String(value)) : value]));
  const shell = { env: { HOME: '/nonexistent', ...env, ...(env['KUBECONFIG'] === undefined ? {} : { KUBECONFIG: join(path, 'config') }) }, cwd: path, clock: systemClock, random: seededRandom(1), stdin: { async *[Symbol.asyncIterator]() {} }, stdout: process.stdout, stderr: process.stderr, signal: new AbortController().signal };
  const { credentials, namespace } = await serverIdentity(shell, named);
  try {
    return { credential: await credentials.current(), namespace };
  } finally {
    await credentials.stop?.();
  }
}

const bearer = (token: string): object => ({ authorization: `Bearer ${token}` });

it.each<[string, PlaceOptions, Shell['env'], string, string]>([
  ['the environment', {}, { SERIN_TOKEN: ' of-the-environment\n' }, 'of-the-environment', 'default'],
  ['a file', { tokenFile: 'token', namespace: 'blue' }, { SERIN_TOKEN: 'another' }, 'of-the-file', 'blue'],
  ['a named kubeconfig', { kubeconfig: 'config' }, { SERIN_TOKEN: 'another' }, 'of-jane', 'shop'],
  ['a named context', { context: 'jane' }, { KUBECONFIG: 'config' }, 'of-jane', 'shop'],
  ['the file that a kubeconfig names', { kubeconfig: 'config', context: 'file' }, {}, 'of-the-file', 'shop'],
  ['a plugin of a named context', { kubeconfig: 'config', context: 'plugin' }, {}, 'of-the-plugin', 'shop'],
  ['a file beside a named kubeconfig, which then says the namespace alone', { kubeconfig: 'config', context: 'certificate', tokenFile: 'token' }, {}, 'of-the-file', 'shop'],
])('the token is that of %s', async (_, options, env, token, namespace) => {
  expect(await told(options, env)).toEqual({ credential: bearer(token), namespace });
});

it.each<[string, PlaceOptions, Shell['env'], RegExp]>([
  ['nothing', {}, {}, /^a server has to know who you are\. Give a token of the cluster with --token-file or SERIN_TOKEN, such as one from: kubectl create token NAME\.$/],
  ['a kubeconfig that nobody named', {}, { KUBECONFIG: 'config' }, /^a server has to know who you are\./],
  ['a certificate alone', { kubeconfig: 'config', context: 'certificate' }, {}, /^context certificate has no token, and a server takes neither certificates nor passwords\. Give a token/],
  ['a password', { kubeconfig: 'config', context: 'password' }, {}, /^context password has no token/],
  ['a header in a token', { kubeconfig: 'config', context: 'lines' }, {}, /^context lines holds more than a token/],
  ['blanks', {}, { SERIN_TOKEN: 's3cret s3cret' }, /^SERIN_TOKEN holds more than a token/],
  ['a file that is not there', { tokenFile: 'none' }, {}, /^--token-file: \S+none cannot be read \(ENOENT\)$/],
  ['an empty file', { tokenFile: 'empty' }, {}, /is empty/],
])('%s is no identity', async (_, options, env, why) => {
  const refused = await told(options, env).then(() => undefined, (error: unknown) => error);
  expect(refused).toMatchObject({ message: expect.stringMatching(why) as string });
  expect(String(refused)).not.toContain('s3cret');
});

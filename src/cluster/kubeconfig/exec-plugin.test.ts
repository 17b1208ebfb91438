import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import type { CredentialSource } from '../credentials.js';
import { execCredentials, parseExecCredential, parseExecPlugin } from './exec-plugin.js';
import { Fields } from './fields.js';

const apiVersion = 'client.authentication.k8s.io/v1';
let directory: string;
let clock: VirtualClock;
const sources: CredentialSource[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'exec-'));
  clock = new VirtualClock();
});
afterEach(async () => {
  for (const source of sources.splice(0)) await source.stop?.();
  await rm(directory, { recursive: true });
});

/** A plugin beside the kubeconfig, as a Node script that counts its runs. */
async function plugin(body: string, exec: Record<string, unknown> = {}): Promise<CredentialSource> {
  const path = join(directory, 'plugin.cjs');
  const count = join(directory, 'runs');
  await writeFile(path, `#!${process.execPath}
const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(count)}, 'x');
const run = fs.readFileSync(${JSON.stringify(count)}, 'utf8').length;
const print = (status) => console.log(JSON.stringify({ apiVersion: '${apiVersion}', kind: 'ExecCredential', status }));
console.error('s3cret on stderr');
${body}
`);
  await chmod(path, 0o700);
  const fields = new Fields(join(directory, 'config'), 'users[0].user.exec', { apiVersion, command: './plugin.cjs', interactiveMode: 'Never', ...exec });
  const cluster = new Fields('config', 'clusters[0].cluster', { server: 'https://api.test' });
  const source = execCredentials(parseExecPlugin(fields, { cluster, interactive: false }), { clock, env: { PATH: process.env['PATH'] } });
  sources.push(source);
  return source;
}

const runs = async (): Promise<number> => (await readFile(join(directory, 'runs'), 'utf8')).length;

describe('an exec plugin', () => {
  it('runs once for all who ask at one time, and again shortly before the end', async () => {
    const source = await plugin(`print({ token: 't' + run, expirationTimestamp: new Date(${clock.now()} + run * 60000).toISOString() })`);
    const answers = await Promise.all([source.current(), source.current(), source.current()]);
    expect(answers.map(({ authorization }) => authorization)).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t1']);
    await clock.advance(49_000);
    expect((await source.current()).authorization).toBe('Bearer t1');
    await clock.advance(1_000);
    expect((await source.current()).authorization).toBe('Bearer t2');
    expect(await runs()).toBe(2);
  });

  it('runs once more after a 401, but not for each request that was refused', async () => {
    const source = await plugin(`print({ token: 't' + run })`);
    const refused = await source.current();
    expect(await Promise.all([source.renew(refused), source.renew(refused)])).toEqual([true, true]);
    expect(await source.renew(refused)).toBe(true);
    expect((await source.current()).authorization).toBe('Bearer t2');
    expect(await runs()).toBe(2);
  });

  it('is told arguments, variables and, on request, the cluster', async () => {
    const exec = { args: ['a b'], env: [{ name: 'X', value: 'y' }], provideClusterInfo: true };
    const source = await plugin(`print({ token: Buffer.from(JSON.stringify([process.argv[2], process.env.X, JSON.parse(process.env.KUBERNETES_EXEC_INFO)])).toString('base64') })`, exec);
    const token = (await source.current()).authorization?.slice('Bearer '.length) ?? '';
    expect(JSON.parse(Buffer.from(token, 'base64').toString())).toEqual([
      'a b',
      'y',
      { apiVersion, kind: 'ExecCredential', spec: { interactive: false, cluster: { server: 'https://api.test' } } },
    ]);
  });

  it('is killed when it takes too long, and asked again next time', async () => {
    const source = await plugin(`if (run === 1) setInterval(() => {}, 1000); else print({ token: 'second' })`);
    const waiting = source.current();
    waiting.catch(() => undefined);
    await expect.poll(() => clock.nextDue()).toBeDefined();
    await expect.poll(runs).toBe(1);
    await clock.advance(60_000);
    await expect(waiting).rejects.toThrow('took longer than 60 s and was stopped');
    expect((await source.current()).authorization).toBe('Bearer second');
  });

  it('may be given up by one who asks without the others losing it, and ends with the transport', async () => {
    const source = await plugin(`if (run === 1) setTimeout(() => print({ token: 'late' }), 200); else setInterval(() => {}, 1000)`);
    const controller = new AbortController();
    const [mine, theirs] = [source.current(controller.signal), source.current()];
    controller.abort(new Error('enough'));
    await expect(mine).rejects.toThrow('enough');
    const refused = await theirs;
    expect(refused.authorization).toBe('Bearer late');
    const renewing = source.renew(refused);
    renewing.catch(() => undefined);
    await expect.poll(runs).toBe(2);
    await source.stop?.();
    await expect(renewing).rejects.toThrow('stopped');
  });

  it.each([
    ['process.exit(3)', 'ended with code 3; run it by hand to see why'],
    [`console.log('s3cret')`, 'printed no JSON; run it by hand'],
    [`process.stdout.write('s3cret'.repeat(300000)); setInterval(() => {}, 1000)`, 'printed more than a megabyte'],
    ['print(undefined)', 'without status'],
  ])('fails with one clear error that quotes nothing: %s', async (body, message) => {
    const error = await (await plugin(body)).current().catch((each: unknown) => each);
    expect(String(error)).toContain(message);
    expect(String(error)).toContain('plugin.cjs');
    expect(String(error)).not.toContain('s3cret');
  });

  it('that is missing says how to install it', async () => {
    const source = await plugin('', { command: 'no-such-plugin', installHint: 'Get it from example.org.' });
    await expect(source.current()).rejects.toThrow('credential plugin no-such-plugin was not found; install it or put it into PATH. Get it from example.org.');
  });
});

describe('what a plugin prints', () => {
  const parse = (status: unknown, version = apiVersion) =>
    parseExecCredential(JSON.stringify({ apiVersion: version, kind: 'ExecCredential', status }), { command: 'p', apiVersion });

  it('is a token, a certificate, or both, with or without an end', () => {
    expect(parse({ token: 'a', expirationTimestamp: '2026-01-01T00:00:00Z' })).toEqual({ credential: { authorization: 'Bearer a' }, expires: Date.UTC(2026, 0, 1) });
    expect(parse({ clientCertificateData: 'c', clientKeyData: 'k' })).toEqual({ credential: { certificate: { cert: 'c', key: 'k' } }, expires: undefined });
  });

  it.each([
    [{}, 'neither a token nor a client certificate'],
    [{ clientKeyData: 'k' }, 'a key without its certificate'],
    [{ token: 3 }, 'status.token that is no string'],
    [{ token: 'a', expirationTimestamp: 'soon' }, 'that is no time'],
  ])('is refused: %j', (status, message) => {
    expect(() => parse(status)).toThrow(message);
  });

  it('must be of the version that was asked for', () => {
    expect(() => parse({ token: 'a' }, 'client.authentication.k8s.io/v1beta1')).toThrow(`not ${apiVersion}; set exec.apiVersion to what it prints`);
  });
});

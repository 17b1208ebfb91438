import { createServer, type Server } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { certificates } from '../../cluster/testing/certificates.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { PolicyListSchema } from '../../server/schemas/policies.js';
import type { Shell } from '../shell.js';
import type { PlaceOptions } from './options.js';
import { connectServer } from './server-connection.js';

let server: Server;
let port: number;
let directory: string;
let answer: { status: number; headers: Record<string, string>; body: string };
/** Who asked, by token and by certificate. */
let asked: string[];

beforeAll(async () => {
  server = createServer({ key: certificates.serverKey, cert: certificates.serverCert, ca: certificates.ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    asked.push(`${request.headers.authorization ?? ''} ${Object.keys(subject ?? {}).length > 0 ? 'with a certificate' : 'without a certificate'}`);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  directory = await mkdtemp(join(tmpdir(), 'serin-connection-'));
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const user = { token: 'of-jane', 'client-certificate-data': base64(certificates.clientCert), 'client-key-data': base64(certificates.clientKey) };
  const kubeconfig = { apiVersion: 'v1', kind: 'Config', 'current-context': 'here', contexts: [{ name: 'here', context: { cluster: 'here', user: 'jane' } }], clusters: [{ name: 'here', cluster: { server: 'https://127.0.0.1:1' } }], users: [{ name: 'jane', user }] };
  for (const [name, text] of [['ca.pem', certificates.ca], ['other.pem', 'no certificate'], ['config', JSON.stringify(kubeconfig)]] as const) await writeFile(join(directory, name), text);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true });
});
beforeEach(() => {
  answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"items":[]}' };
  asked = [];
});

const own = (): string => `https://127.0.0.1:${port}`;

/** Asks for policies. @returns what went wrong, or nothing */
async function problemOf(address: string, options: PlaceOptions = { certificateAuthority: 'ca.pem' }): Promise<string | undefined> {
  const shell: Shell = { env: { SERIN_TOKEN: 'of-anna' }, cwd: directory, stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), clock: systemClock, random: seededRandom(1), signal: new AbortController().signal };
  try {
    const connection = await connectServer(shell, address, options);
    try {
      expect(await connection.get(PolicyListSchema, '/policies')).toEqual({ items: [] });
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('trusts whom it is told to trust', async () => {
  expect(await problemOf(own())).toBeUndefined();
  expect(asked).toEqual(['Bearer of-anna without a certificate']);
});

it('shows the token of a kubeconfig, and never its certificate', async () => {
  expect(await problemOf(own(), { certificateAuthority: 'ca.pem', kubeconfig: join(directory, 'config') })).toBeUndefined();
  expect(asked).toEqual(['Bearer of-jane without a certificate']);
});

it.each<[string, () => string, PlaceOptions, RegExp]>([
  ['a certificate that nobody vouches for', own, {}, /shows a certificate that is not trusted\. Give whoever signed it with --certificate-authority\.$/],
  ['a certificate for another name', () => `https://localhost:${port}`, { certificateAuthority: 'ca.pem' }, /shows a certificate for another name/],
  ['a file that holds no certificate', own, { certificateAuthority: 'other.pem' }, /^--certificate-authority: other\.pem holds no certificate/],
  ['a file that is not there', own, { certificateAuthority: 'none.pem' }, /^--certificate-authority: none\.pem cannot be read \(ENOENT\)\.$/],
  ['an authority where there is no certificate', () => `http://127.0.0.1:${port}`, { certificateAuthority: 'ca.pem' }, /shows no certificate; leave it out/],
  ['http where the server speaks TLS', () => `http://127.0.0.1:${port}`, {}, /ended the connection\. Check that --server says http or https/],
])('sends no token past %s', async (_, address, options, why) => {
  expect(await problemOf(address(), options)).toMatch(why);
  expect(asked).toEqual([]);
});

const said = (code: string, message: string): string => JSON.stringify({ error: { code, message, requestId: 'r' } });

it.each<[number, string, RegExp, Record<string, string>?]>([
  [401, said('unauthenticated', 'The cluster does not take this token.'), /^The cluster does not take this token\.$/],
  [403, said('forbidden', 'You may not.'), /^You may not\.$/],
  [404, said('not_found', 'There is nothing at this path.'), /is a Serin server of another version: it has no \/api\/v1\/policies\. Use the serin of its version/],
  [429, said('too_many_requests', 'Try again in 3 s.'), /^Try again in 3 s\.$/],
  [503, said('unavailable', 'The cluster cannot be reached.'), /^The cluster cannot be reached\.$/],
  [503, '<html>no upstream</html>', /answers 503: what stands before the server cannot reach it/],
  [404, '<html>nginx</html>', /is no Serin server: it answers 404, and not in its words\. Check --server\.$/],
  [200, '<html>hello</html>', /is no Serin server: it answers with text\/html instead of JSON/, { 'content-type': 'text/html; charset=utf-8' }],
  [200, '{"items":[{"id":"shop/web"}]}', /is a Serin server of another version: the answer's field "items\.0" /],
  [302, '', /leads on to https:\/\/elsewhere\.example\.com, where no token is sent/, { location: 'https://elsewhere.example.com/sign-in?code=s3cret' }],
])('says what an answer of %i means: %s', async (status, body, why, headers = { 'content-type': 'application/json' }) => {
  answer = { status, headers, body };
  const problem = await problemOf(own());
  expect(problem).toMatch(why);
  expect(problem).not.toContain('s3cret');
});

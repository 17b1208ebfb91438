import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { certificates } from '../testing/certificates.js';
import { loadKubeconfig, type ClusterAccess, type LoadKubeconfigOptions } from './load-kubeconfig.js';

let server: Server;
let url: string;
let directory: string;
let refused: string | undefined;
const opened: ClusterAccess[] = [];

beforeAll(async () => {
  server = createServer({ key: certificates.serverKey, cert: certificates.serverCert, ca: certificates.ca, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } };
    const authorization = request.headers.authorization ?? '';
    response.writeHead(refused !== undefined && authorization === refused ? 401 : 200);
    response.end(`${authorization}|${socket.getPeerCertificate().subject?.CN ?? ''}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  refused = undefined;
});
afterEach(async () => {
  for (const { transport } of opened.splice(0)) await transport.stop();
  await rm(directory, { recursive: true });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o700 });
  return path;
}

async function config(user: string, name = 'config', cluster = `{server: "${url}", certificate-authority-data: ${base64(certificates.ca)}}`): Promise<string> {
  return file(name, `apiVersion: v1
kind: Config
current-context: dev
contexts: [{name: dev, context: {cluster: c, user: u, namespace: team}}]
clusters: [{name: c, cluster: ${cluster}}]
users: [{name: u, user: ${user}}]
`);
}

async function load(options: Partial<LoadKubeconfigOptions> = {}): Promise<ClusterAccess> {
  const access = await loadKubeconfig({ env: {}, ...options });
  opened.push(access);
  return access;
}

const whoAmI = async ({ transport }: ClusterAccess): Promise<string> => (await transport.request({ method: 'GET', path: '/' })).body;

describe('a kubeconfig', () => {
  it('names server, namespace, authority and user', async () => {
    const path = await config('{token: abc}');
    const access = await load({ path });
    expect(access).toMatchObject({ context: 'dev', server: url, namespace: 'team' });
    expect(await whoAmI(access)).toBe('Bearer abc|');
  });

  it('may hold a password, a client certificate, or name files beside it', async () => {
    expect(await whoAmI(await load({ path: await config('{username: me, password: "1"}') }))).toBe(`Basic ${base64('me:1')}|`);
    const inline = `{client-certificate-data: ${base64(certificates.clientCert)}, client-key-data: ${base64(certificates.clientKey)}}`;
    expect(await whoAmI(await load({ path: await config(inline) }))).toBe('|client');
    await file('pki/ca.crt', certificates.ca);
    await file('pki/client.crt', certificates.clientCert);
    await file('pki/client.key', certificates.clientKey);
    const path = await config('{client-certificate: pki/client.crt, client-key: pki/client.key, token: t}', 'config', `{server: "${url}", certificate-authority: pki/ca.crt}`);
    expect(await whoAmI(await load({ path }))).toBe('Bearer t|client');
  });

  it('is put together from the files of KUBECONFIG: the first one to say something holds', async () => {
    const first = await file('first', `{current-context: b, users: [{name: u, user: {token: first}}], contexts: [{name: b, context: {cluster: c, user: u}}]}`);
    const second = await config('{token: second}', 'second');
    const access = await load({ env: { KUBECONFIG: `${first}:${join(directory, 'missing')}::${second}` } });
    expect([access.context, access.namespace, await whoAmI(access)]).toEqual(['b', 'default', 'Bearer first|']);
    const other = await load({ env: { KUBECONFIG: `${first}:${second}` }, context: 'dev' });
    expect([other.context, other.namespace]).toEqual(['dev', 'team']);
  });

  it('is looked for in the home directory', async () => {
    await config('{token: home}', '.kube/config');
    expect(await whoAmI(await load({ env: { HOME: directory } }))).toBe('Bearer home|');
  });

  it('re-reads a token file after a minute, and at once after a 401', async () => {
    const clock = new VirtualClock();
    await file('token', 'one\n');
    const access = await load({ path: await config('{tokenFile: token}'), clock });
    expect(await whoAmI(access)).toBe('Bearer one|');
    await file('token', 'two');
    expect(await whoAmI(access)).toBe('Bearer one|');
    await clock.advance(60_000);
    expect(await whoAmI(access)).toBe('Bearer two|');
    await file('token', 'three');
    refused = 'Bearer two';
    expect(await whoAmI(access)).toBe('Bearer three|');
    await rm(join(directory, 'token'));
    await clock.advance(60_000);
    expect(await whoAmI(access)).toBe('Bearer three|');
  });

  const wrong: [string, string, string][] = [
    ['no such context', '{current-context: x, contexts: [{name: a, context: {}}]}', 'there is no context "x"; there are: a'],
    ['no current context', '{contexts: []}', 'current-context is not set; choose one with --context; the files hold no contexts'],
    ['a context without cluster', '{current-context: a, contexts: [{name: a, context: {user: u}}]}', 'contexts[0].context.cluster is missing; name one of the clusters'],
    ['an unknown cluster', '{current-context: a, contexts: [{name: a, context: {cluster: b}}]}', 'contexts[0].context.cluster names "b", which is not among the clusters'],
    ['a cluster without server', '{current-context: a, contexts: [{name: a, context: {cluster: b}}], clusters: [{name: b}]}', 'clusters[0].cluster.server is missing; write the URL'],
    ['a server that is no URL', '{current-context: a, contexts: [{name: a, context: {cluster: b}}], clusters: [{name: b, cluster: {server: host}}]}', 'clusters[0].cluster: server "host" is not a URL'],
    ['a list that is none', '{clusters: 3}', 'clusters must be a list'],
    ['a text that is none', '{current-context: 3}', 'current-context must be a string; put quotes around it'],
    ['bad YAML', 'users:\n  - token: "s3cret\n', 'line 3, column 1: not valid YAML (MISSING_CHAR)'],
    ['a scalar', 'hello', 'must be a mapping'],
  ];
  it.each(wrong)('says file, field and remedy: %s', async (_, text, message) => {
    const path = await file('config', text);
    await expect(load({ path })).rejects.toThrow(`${path}: ${message}`);
  });

  const wrongUsers: [string, string][] = [
    ['{client-key-data: "s3cret!!"}', 'users[0].user.client-key-data is not base64'],
    [`{client-key-data: ${base64('s3cret')}}`, 'users[0].user.client-certificate is missing; certificate and key belong together'],
    ['{token: [s3cret]}', 'users[0].user.token must be a string'],
    ['{tokenFile: nowhere}', 'users[0].user.tokenFile'],
    ['{as: root, token: s3cret}', 'users[0].user.as is not supported'],
    ['{auth-provider: {name: gcp, config: {token: s3cret}}}', 'users[0].user.auth-provider was removed from Kubernetes in 1.26'],
    ['{exec: {command: x}}', 'users[0].user.exec.apiVersion is missing; write client.authentication.k8s.io/v1'],
    ['{exec: {command: x, apiVersion: client.authentication.k8s.io/v1}}', 'users[0].user.exec.interactiveMode is missing'],
    ['{exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}}', 'is Always, but there is no terminal'],
    ['{exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}}', 'is not supported'],
  ];
  it.each(wrongUsers)('says what is wrong with a user, and no secret: %s', async (user, message) => {
    const path = await config(user);
    const error = await load({ path }).then(() => undefined, (each: unknown) => each);
    expect(String(error)).toContain(path);
    expect(String(error)).toContain(message);
    expect(String(error)).not.toContain('s3cret');
  });

  it('says which file is missing', async () => {
    await expect(load({ path: '/nowhere/config' })).rejects.toThrow('/nowhere/config: cannot be read (ENOENT)');
    await expect(load({ env: { HOME: directory } })).rejects.toThrow(`no kubeconfig: ${directory}/.kube/config does not exist; name one with --kubeconfig or KUBECONFIG`);
    await expect(load()).rejects.toThrow('neither KUBECONFIG nor HOME is set');
  });

  it('takes no authority and no checking at once', async () => {
    const path = await config('{}', 'config', `{server: "${url}", insecure-skip-tls-verify: true, certificate-authority-data: ${base64(certificates.ca)}}`);
    await expect(load({ path })).rejects.toThrow('insecure-skip-tls-verify cannot stand beside a certificate authority');
    expect(await whoAmI(await load({ path: await config('{}', 'config', `{server: "${url}", insecure-skip-tls-verify: true}`) }))).toBe('|');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inClusterTransport, isInCluster } from './in-cluster.js';
import { certificates } from './testing/certificates.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'service-account-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('is reached as the service account of the Pod', async () => {
  const server = createServer({ key: certificates.serverKey, cert: certificates.serverCert }, (request, response) => response.end(request.headers.authorization));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port) };
  await expect(inClusterTransport({ env, directory })).rejects.toThrow(`service account ${join(directory, 'ca.crt')} cannot be read (ENOENT)`);
  await writeFile(join(directory, 'ca.crt'), certificates.ca);
  await writeFile(join(directory, 'namespace'), 'team\n');
  await writeFile(join(directory, 'token'), 'abc\n');
  const { transport, namespace } = await inClusterTransport({ env, directory });
  expect(namespace).toBe('team');
  expect((await transport.request({ method: 'GET', path: '/' })).body).toBe('Bearer abc');
  await transport.stop();
  await new Promise((resolve) => server.close(resolve));
});

it('says so where there is no cluster around', async () => {
  expect(isInCluster({})).toBe(false);
  await expect(inClusterTransport({ env: {}, directory })).rejects.toThrow('this is no Pod; use a kubeconfig');
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createClient } from '../../cluster/create-client.js';
import { resources } from '../../kubernetes/resources.js';
import { systemClock } from '../../ports/clock.js';
import { seededRandom } from '../../ports/random.js';
import { createApi } from '../api/api.js';
import { listen } from '../api/listener.js';
import { memoryStore } from '../api/memory-store.js';
import { administrator } from '../api/request/users.js';
import { silentLog } from './loop/log.js';
import { deployment } from './testing/objects.js';
import { runWorkloadsProcess } from './workloads-process.js';

it('works over sockets with a kubeconfig, and ends when told to', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'workloads-'));
  const store = memoryStore();
  const api = createApi({ store, clock: systemClock, random: seededRandom(1), users: new Map([['secret', administrator]]) });
  const listener = await listen(api);
  const ending = new AbortController();
  try {
    const kubeconfig = join(directory, 'config');
    const config = {
      'current-context': 'local',
      clusters: [{ name: 'local', cluster: { server: listener.url } }],
      users: [{ name: 'local', user: { token: 'secret' } }],
      contexts: [{ name: 'local', context: { cluster: 'local', user: 'local' } }],
    };
    await writeFile(kubeconfig, JSON.stringify(config));
    const ended = runWorkloadsProcess({ env: {}, kubeconfig, seed: 1, logger: silentLog, signal: ending.signal });
    const client = createClient(api.transport(), { fieldManager: 'test' });
    const { uid: _uid, resourceVersion: _version, generation: _generation, ...metadata } = deployment('web:v1').metadata;
    await client.create(resources.deployments, { ...deployment('web:v1', { replicas: 3 }), metadata });
    await expect.poll(async () => (await client.list(resources.pods, { namespace: 'default' })).items.length, { timeout: 10_000 }).toBe(3);
    ending.abort();
    await ended;
  } finally {
    ending.abort();
    await listener.close();
    await api.close();
    await store.close();
    await rm(directory, { recursive: true });
  }
});

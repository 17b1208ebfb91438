import { expect, it, vi } from 'vitest';
import { createClient } from '../cluster/create-client.js';
import type { LoopParts } from '../cluster/loop.js';
import { localCluster } from '../cluster/testing/local-cluster.js';
import { resources } from '../kubernetes/resources.js';
import { customResourceDefinitions } from '../model/custom-resources.js';
import { API_VERSION, serinResources } from '../model/resources.js';
import { systemClock } from '../ports/clock.js';
import { seededRandom } from '../ports/random.js';
import { startImages } from './start-images.js';

const namespace = 'default';

it('keeps no controller from working where its kinds are missing, begins when they come, and changes nothing while it does not lead', async () => {
  const cluster = localCluster(systemClock);
  const client = createClient(cluster.transport, { fieldManager: 'test' });
  const told: string[] = [];
  let leads = true;
  let asked = 0;
  const parts: LoopParts = {
    client, clock: systemClock, random: seededRandom(1), signal: new AbortController().signal, mayWrite: () => (asked++, leads), shared: () => undefined, note: () => undefined, withoutConfig: true,
    onError: (error) => told.push(error.message),
  };
  const loop = startImages(parts);
  try {
    await loop.untilReady();
    // Said once, and not for each kind and try.
    expect(told).toHaveLength(1);
    for (const definition of customResourceDefinitions().filter(({ metadata }) => metadata.name.startsWith('image'))) await client.create(resources.customResourceDefinitions, definition);
    const policy = { apiVersion: API_VERSION, kind: 'ImagePolicy', metadata: { name: 'web', namespace }, spec: { workload: { deployment: 'web' }, tags: { sameTag: true } } };
    await vi.waitFor(() => client.create(serinResources.imagePolicies, policy), { timeout: 20_000, interval: 50 });
    await vi.waitFor(async () => expect((await client.get(serinResources.imagePolicies, policy.metadata)).status).toMatchObject({
      message: 'There is no Deployment web in namespace default; create it, or correct spec.workload.', conditions: [{ type: 'Ready', status: 'False', reason: 'NoWorkload' }],
    }), { timeout: 20_000, interval: 50 });
    leads = false;
    asked = 0;
    const other = { ...policy, metadata: { name: 'other', namespace } };
    await client.create(serinResources.imagePolicies, other);
    await vi.waitFor(() => expect([asked > 0, loop.queueDepth()]).toEqual([true, 0]), { timeout: 20_000 });
    expect((await client.get(serinResources.imagePolicies, other.metadata)).status).toBeUndefined();
  } finally {
    await loop.stop();
    await cluster.close();
  }
});

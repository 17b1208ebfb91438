import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { ClusterClient } from '../../../cluster/client.js';
import type { Pod, PodStatus } from '../../../kubernetes/generated/core-v1.js';
import { VirtualClock } from '../../../ports/virtual-clock.js';
import { PodStatusWriter } from './pod-status-writer.js';

const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', uid: 'u' }, spec: { containers: [] } };

it.each(Array.from({ length: 12 }, (_, turns) => turns))('writes what comes %i turns after the last one', async (turns) => {
  const written: (string | undefined)[] = [];
  const client = {
    patch: (_resource: unknown, _name: unknown, { body }: { body: { status: PodStatus } }) => {
      written.push(body.status.phase);
      return Promise.resolve(pod);
    },
  } as unknown as ClusterClient;
  const writer = new PodStatusWriter(client, new VirtualClock(), pod, () => undefined);
  writer.write({ phase: 'Pending' });
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  writer.write({ phase: 'Running' });
  await setImmediate();
  expect(written.at(-1)).toBe('Running');
  writer.write({ phase: 'Running' });
  await writer.settled();
  expect(written.filter((phase) => phase === 'Running')).toHaveLength(1);
  await writer.stop();
});

import type { ClusterClient } from '../../../src/cluster/client.js';
import type { Lease } from '../../../src/kubernetes/generated/coordination-v1.js';
import { resources } from '../../../src/kubernetes/resources.js';
import { systemClock } from '../../../src/ports/clock.js';

const RENEWED_MILLISECONDS = 10_000;

/** A Node that runs nothing by itself: it is only said to be well, so that Pods on it count as endpoints. */
export interface QuietNode {
  readonly name: string;
  stop(): Promise<void>;
}

/** Makes it known, and renews its Lease until it is stopped. */
export async function startQuietNode(client: ClusterClient, name: string): Promise<QuietNode> {
  const time = (): string => new Date(systemClock.now()).toISOString();
  await client.create(resources.nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { unschedulable: true } });
  const well = [{ type: 'Ready', status: 'True', reason: 'Quiet', message: '', lastHeartbeatTime: time(), lastTransitionTime: time() }];
  await client.patch(resources.nodes, { name }, { kind: 'merge', body: { status: { conditions: well } } }, { subresource: 'status' });
  const renew = async (): Promise<void> => {
    const now = time().replace('Z', '000Z');
    const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease' }, spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now } };
    await client.apply(resources.leases, lease, { fieldManager: 'test', force: true });
  };
  await renew();
  const ending = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await systemClock.sleep(RENEWED_MILLISECONDS, ending.signal);
      await renew();
    }
  })().catch(() => undefined);
  return {
    name,
    async stop() {
      ending.abort();
      await renewing;
      await client.delete(resources.nodes, { name });
    },
  };
}

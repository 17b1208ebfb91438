import type { ClusterClient } from '../../cluster/client.js';
import { LEASE } from '../../controller/controller-rules.js';
import { selector } from '../../installation/parts/part.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { abortReason, type Clock } from '../../ports/clock.js';

const LOOK_EVERY = 500;

/**
 * Waits until the Pods of an installation have ended: they give their Lease back, for which they need their rights.
 * Gives up after `milliseconds`; then somebody waits for the Lease to run out.
 */
export async function untilStopped(client: ClusterClient, namespace: string, milliseconds: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (const end = clock.monotonic() + milliseconds; clock.monotonic() < end; await clock.sleep(LOOK_EVERY, signal)) {
    if ((await controllerPods(client, namespace, signal)).length === 0) return;
  }
}

/** Those that have not ended yet. */
async function controllerPods(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<Pod[]> {
  const labelSelector = Object.entries(selector).map(([key, value]) => `${key}=${value}`).join(',');
  const { items } = await client.list(resources.pods, { namespace, labelSelector, signal });
  return items.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}

/**
 * Waits until all controllers of an installation are of the present version and ready, and one of them leads.
 * @returns undefined, or in one sentence what is missing after `milliseconds`
 */
export async function untilLeading(client: ClusterClient, namespace: string, milliseconds: number, clock: Clock, signal: AbortSignal): Promise<string | undefined> {
  const end = clock.monotonic() + milliseconds;
  for (;;) {
    const missing = await missingYet(client, namespace, signal);
    if (missing === undefined || clock.monotonic() >= end) return missing;
    if (signal.aborted) throw abortReason(signal);
    await clock.sleep(LOOK_EVERY, signal);
  }
}

async function missingYet(client: ClusterClient, namespace: string, signal: AbortSignal): Promise<string | undefined> {
  const deployment = await client.get(resources.deployments, { namespace, name: 'serin' }, { signal });
  const { metadata, spec, status } = deployment;
  const wanted = spec.replicas ?? 1;
  const updated = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) && (status?.updatedReplicas ?? 0) >= wanted;
  if (!updated) return 'its Pods are not of the present version yet';
  if ((status?.availableReplicas ?? 0) < wanted || (status?.replicas ?? 0) > wanted || !isConditionTrue(status?.conditions, 'Available')) return `${status?.availableReplicas ?? 0} of ${wanted} Pods are ready`;
  const lease = await client.find(resources.leases, { namespace, name: LEASE }, { signal });
  // One that was killed may still stand in the Lease.
  const holder = lease?.spec.holderIdentity ?? '';
  const leads = (await controllerPods(client, namespace, signal)).some(({ metadata: { name } }) => holder.startsWith(`${name}_`));
  return leads ? undefined : 'none of its Pods leads yet';
}

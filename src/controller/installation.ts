import type { ClusterClient } from '../cluster/client.js';
import { isNotFound } from '../cluster/api-error.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { isConditionTrue } from '../kubernetes/conditions.js';
import { pausingBinding, pausingPolicy } from '../model/admission.js';
import { approvalBinding, approvalPolicy } from '../model/approval-admission.js';
import { customResourceDefinitions } from '../model/custom-resources.js';
import { abortReason, type Clock } from '../ports/clock.js';

const FIELD_MANAGER = 'serin';

/** What was put on the cluster, and what it cannot hold. */
export interface Installed {
  /** False on clusters without mutating admission policies; Deployments then stay paused at rest. */
  readonly pausesOnChange: boolean;
}

/**
 * Puts Serin's kinds and its admission policy on a cluster, or brings them up to date; may be run as often as one likes.
 * Resolves when the kinds are served. @throws ApiError when the caller may not
 */
export async function install(client: ClusterClient, clock: Clock, signal: AbortSignal): Promise<Installed> {
  for (const definition of customResourceDefinitions()) {
    await client.apply(resources.customResourceDefinitions, definition, { fieldManager: FIELD_MANAGER, force: true, signal });
  }
  for (const { metadata } of customResourceDefinitions()) await untilEstablished(client, metadata.name, clock, signal);
  await installApprovalPolicy(client, signal);
  try {
    await client.apply(resources.mutatingAdmissionPolicies, pausingPolicy, { fieldManager: FIELD_MANAGER, force: true, signal });
    await client.apply(resources.mutatingAdmissionPolicyBindings, pausingBinding, { fieldManager: FIELD_MANAGER, force: true, signal });
    return { pausesOnChange: true };
  } catch (error) {
    if (isNotFound(error)) return { pausesOnChange: false };
    throw error;
  }
}

/** Where the kind is missing no approval counts, so the release says so and waits. */
async function installApprovalPolicy(client: ClusterClient, signal: AbortSignal): Promise<void> {
  try {
    await client.apply(resources.validatingAdmissionPolicies, approvalPolicy, { fieldManager: FIELD_MANAGER, force: true, signal });
    await client.apply(resources.validatingAdmissionPolicyBindings, approvalBinding, { fieldManager: FIELD_MANAGER, force: true, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function untilEstablished(client: ClusterClient, name: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const definition = await client.get(resources.customResourceDefinitions, { name }, { signal });
    if (isConditionTrue(definition.status?.conditions, 'Established')) return;
    await clock.sleep(100, signal);
  }
  throw abortReason(signal);
}

/** Everything that `install` puts on a cluster, to be shown or applied by other means. */
export function installedObjects(): { readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject }[] {
  return [
    ...customResourceDefinitions().map((object) => ({ resource: resources.customResourceDefinitions, object })),
    { resource: resources.validatingAdmissionPolicies, object: approvalPolicy },
    { resource: resources.validatingAdmissionPolicyBindings, object: approvalBinding },
    { resource: resources.mutatingAdmissionPolicies, object: pausingPolicy },
    { resource: resources.mutatingAdmissionPolicyBindings, object: pausingBinding },
  ];
}

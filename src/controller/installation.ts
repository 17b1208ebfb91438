import type { ClusterClient } from '../cluster/client.js';
import { isNotFound } from '../cluster/api-error.js';
import type { KubernetesObject, Resource } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { CustomResourceDefinition } from '../kubernetes/generated/apiextensions-v1.js';
import { frontendDefinitions } from '../frontends/definitions.js';
import type { FrontendName } from '../frontends/names.js';
import { isConditionTrue } from '../kubernetes/conditions.js';
import { pausingBinding, pausingPolicy } from '../model/admission.js';
import { approvalBinding, approvalPolicy } from '../model/approval-admission.js';
import { toldBinding, toldPolicy } from '../model/told-admission.js';
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
export async function install(client: ClusterClient, clock: Clock, signal: AbortSignal, frontends: readonly FrontendName[] = []): Promise<Installed> {
  const definitions = [...customResourceDefinitions(), ...(await missingDefinitions(client, frontends, signal))];
  for (const definition of definitions) {
    await client.apply(resources.customResourceDefinitions, definition, { fieldManager: FIELD_MANAGER, force: true, signal });
  }
  for (const { metadata } of definitions) await untilEstablished(client, metadata.name, clock, signal);
  await installValidatingPolicies(client, signal);
  try {
    await client.apply(resources.mutatingAdmissionPolicies, pausingPolicy, { fieldManager: FIELD_MANAGER, force: true, signal });
    await client.apply(resources.mutatingAdmissionPolicyBindings, pausingBinding, { fieldManager: FIELD_MANAGER, force: true, signal });
    return { pausesOnChange: true };
  } catch (error) {
    if (isNotFound(error)) return { pausesOnChange: false };
    throw error;
  }
}

/** The definitions of front ends that are ours to write: those that somebody else brought stay as they are. */
async function missingDefinitions(client: ClusterClient, frontends: readonly FrontendName[], signal: AbortSignal): Promise<CustomResourceDefinition[]> {
  const wanted = frontends.flatMap((name) => frontendDefinitions[name]());
  const found = await Promise.all(wanted.map(({ metadata: { name } }) => client.find(resources.customResourceDefinitions, { name }, { signal })));
  return wanted.filter((_, index) => isOurs(found[index]));
}

/** Whether a definition is missing, or was written by us. */
export function isOurs(definition: CustomResourceDefinition | undefined): boolean {
  return definition === undefined || (definition.metadata.managedFields ?? []).some(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply');
}

/** Where the kind is missing no approval counts, so the release says so and waits. */
async function installValidatingPolicies(client: ClusterClient, signal: AbortSignal): Promise<void> {
  try {
    for (const policy of [approvalPolicy, toldPolicy]) await client.apply(resources.validatingAdmissionPolicies, policy, { fieldManager: FIELD_MANAGER, force: true, signal });
    for (const binding of [approvalBinding, toldBinding]) await client.apply(resources.validatingAdmissionPolicyBindings, binding, { fieldManager: FIELD_MANAGER, force: true, signal });
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
export function installedObjects(frontends: readonly FrontendName[] = []): { readonly resource: Resource<KubernetesObject>; readonly object: KubernetesObject }[] {
  return [
    ...[...customResourceDefinitions(), ...frontends.flatMap((name) => frontendDefinitions[name]())].map((object) => ({ resource: resources.customResourceDefinitions, object })),
    { resource: resources.validatingAdmissionPolicies, object: approvalPolicy },
    { resource: resources.validatingAdmissionPolicyBindings, object: approvalBinding },
    { resource: resources.validatingAdmissionPolicies, object: toldPolicy },
    { resource: resources.validatingAdmissionPolicyBindings, object: toldBinding },
    { resource: resources.mutatingAdmissionPolicies, object: pausingPolicy },
    { resource: resources.mutatingAdmissionPolicyBindings, object: pausingBinding },
  ];
}

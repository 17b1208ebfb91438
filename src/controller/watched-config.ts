import { createHash } from 'node:crypto';
import { configReferences } from '../kubernetes/config-references.js';
import { canonicalJson } from '../kubernetes/json.js';
import { resources } from '../kubernetes/resources.js';
import type { PolicyStatus, ReleasePolicy } from '../model/release-policy.js';
import { CONFIG_ANNOTATION, serinResources } from '../model/resources.js';
import type { ControllerContext } from './context.js';
import { name } from './holders.js';
import type { Workload } from './workload.js';
import { write } from './writes.js';

/** How often ConfigMaps and Secrets are looked at, in milliseconds: reading them by name needs no right to list all. */
export const LOOK_AT_CONFIG = 10_000;
const HASH_LENGTH = 12;

/** What a workload's Pods read from ConfigMaps and Secrets, as a hash; of one that is missing, that it is. */
export async function configHash({ client }: ControllerContext, { namespace, template }: Workload): Promise<string> {
  const contents = await Promise.all(
    configReferences(template.spec ?? { containers: [] }).map(async (reference) => {
      const at = { namespace, name: reference.name };
      if (reference.kind === 'Secret') return [reference, (await client.find(resources.secrets, at))?.data ?? {}];
      const map = await client.find(resources.configMaps, at);
      return [reference, map?.data ?? {}, map?.binaryData ?? {}];
    }),
  );
  return createHash('sha256').update(canonicalJson(contents)).digest('hex').slice(0, HASH_LENGTH);
}

/**
 * Makes a change of what the Pods read a new version, by an annotation on the Pod template; a change that is taken back
 * takes the annotation back. @returns what is to be on record; undefined after a write
 */
export async function followConfig(context: ControllerContext, policy: ReleasePolicy, workload: Workload, status: PolicyStatus, stableAnnotation: string | undefined): Promise<string | undefined> {
  const hash = await configHash(context, workload);
  if (status.config === undefined || hash === stableAnnotation) return hash;
  const present = workload.template.metadata?.annotations?.[CONFIG_ANNOTATION];
  const wanted = hash === status.config ? stableAnnotation : hash;
  if (present !== wanted && (status.phase === 'Resting' || hash === status.config)) {
    await annotate(context, policy, workload, wanted);
    return undefined;
  }
  return status.config;
}

async function annotate(context: ControllerContext, policy: ReleasePolicy, { deployment }: Workload, value: string | undefined): Promise<void> {
  const template = { metadata: { annotations: { [CONFIG_ANNOTATION]: value ?? null } } };
  if (deployment) {
    await write(context, 'deployment.config', context.caches.deployments, (client) =>
      client.patch(resources.deployments, name(deployment), { kind: 'merge', body: { metadata: { resourceVersion: deployment.metadata.resourceVersion }, spec: { template } } }),
    );
  } else {
    await write(context, 'policy.config', context.caches.policies, (client) =>
      client.patch(serinResources.releasePolicies, name(policy), { kind: 'merge', body: { metadata: { resourceVersion: policy.metadata.resourceVersion }, spec: { workload: { inline: { template } } } } }),
    );
  }
}

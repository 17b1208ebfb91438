import type { ClusterClient } from '../cluster/client.js';
import type { Deployment } from '../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { HOTFIX_ANNOTATION, POLICY_LABEL, serinResources } from '../model/resources.js';

/**
 * Gives a workload another template, guarded by the version that this was decided on. An adopted Deployment is paused in the
 * same write, so that it never rolls by itself.
 * @param hotfix why the release that leads there is not to be judged; it counts for that release or not at all
 */
export async function putTemplate(client: ClusterClient, { policy, deployment }: { readonly policy: ReleasePolicy; readonly deployment: Deployment | undefined }, template: PodTemplateSpec, { hotfix, signal }: { readonly hotfix?: string | undefined; readonly signal: AbortSignal }): Promise<void> {
  if (!deployment) {
    const annotated = hotfix === undefined ? [] : [{ op: 'add', path: '/metadata/annotations', value: { ...policy.metadata.annotations, [HOTFIX_ANNOTATION]: hotfix } }];
    const body = [guard(policy), { op: 'replace', path: '/spec/workload/inline/template', value: template }, ...annotated];
    await client.patch(serinResources.releasePolicies, placeOf(policy), { kind: 'json', body }, { signal });
    return;
  }
  const adopted = deployment.metadata.labels?.[POLICY_LABEL] !== undefined;
  const pause = adopted ? [{ op: 'add', path: '/spec/paused', value: true }] : [];
  const body = [guard(deployment), { op: 'replace', path: '/spec/template', value: template }, ...pause];
  // The release may start with the next write, so its annotation comes before it.
  if (hotfix !== undefined) await setHotfix(client, policy, hotfix, signal);
  try {
    await client.patch(resources.deployments, placeOf(deployment), { kind: 'json', body }, { signal });
  } catch (error) {
    // Left there, it would let another release out without being judged. The signal may be why this failed.
    if (hotfix !== undefined) await setHotfix(client, policy, policy.metadata.annotations?.[HOTFIX_ANNOTATION] ?? null);
    throw error;
  }
}

async function setHotfix(client: ClusterClient, policy: ReleasePolicy, reason: string | null, signal?: AbortSignal): Promise<void> {
  await client.patch(serinResources.releasePolicies, placeOf(policy), { kind: 'merge', body: { metadata: { annotations: { [HOTFIX_ANNOTATION]: reason } } } }, signal ? { signal } : {});
}

const guard = ({ metadata: { resourceVersion } }: KubernetesObject): unknown => ({ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion });
const placeOf = ({ metadata: { name, namespace = '' } }: KubernetesObject): { readonly name: string; readonly namespace: string } => ({ name, namespace });

/** Makes a policy want another of the versions that users run, guarded by the version that this was decided on. */
export async function wantVersion(client: ClusterClient, { metadata }: ReleasePolicy, deployment: string, { hotfix, signal }: { readonly hotfix: string | undefined; readonly signal: AbortSignal }): Promise<void> {
  const { name, namespace = '', resourceVersion } = metadata;
  const annotations = hotfix === undefined ? {} : { annotations: { [HOTFIX_ANNOTATION]: hotfix } };
  const body = { metadata: { resourceVersion, ...annotations }, spec: { workload: { versions: { want: deployment } } } };
  await client.patch(serinResources.releasePolicies, { namespace, name }, { kind: 'merge', body }, { signal });
}

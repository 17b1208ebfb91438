import type { ClusterClient } from '../../cluster/client.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { HOTFIX_ANNOTATION, POLICY_LABEL, serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import type { Connection } from '../connection.js';
import { findPolicy } from '../target.js';
import { lookingAgain } from './looking-again.js';
import type { PolicyRequest, RequestObjects } from './policy-request.js';

/** Decides on a request and carries it out, guarded by what it was decided on. @throws CliError when it is refused */
export async function request(connection: Pick<Connection, 'client' | 'namespace'>, name: string, decide: (objects: RequestObjects) => PolicyRequest, signal: AbortSignal): Promise<readonly string[]> {
  const { client } = connection;
  return lookingAgain(async () => {
    const objects = await requestObjects(client, await findPolicy(connection, name, signal), signal);
    const plan = decide(objects);
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return plan.lines;
    if (plan.on === 'policy') await annotate(client, objects.policy, plan.name, plan.value, signal);
    else await putTemplate(client, objects, annotated(templateOf(objects), plan.name, plan.value), { signal });
    return plan.lines;
  });
}

async function requestObjects(client: ClusterClient, policy: ReleasePolicy, signal: AbortSignal): Promise<RequestObjects> {
  const { namespace = '' } = policy.metadata;
  const { deployment: workload } = policy.spec.workload;
  const last = policy.status?.release;
  const [release, deployment, replicaSets] = await Promise.all([
    last === undefined ? undefined : client.find(serinResources.releases, { namespace, name: last }, { signal }),
    workload === undefined ? undefined : client.find(resources.deployments, { namespace, name: workload }, { signal }),
    client.list(resources.replicaSets, { namespace, signal }),
  ]);
  return { policy, release, deployment, replicaSets: replicaSets.items };
}

async function annotate(client: ClusterClient, { metadata }: ReleasePolicy, annotation: string, value: string, signal: AbortSignal): Promise<void> {
  const { name, namespace = '', resourceVersion } = metadata;
  await client.patch(serinResources.releasePolicies, { namespace, name }, { kind: 'merge', body: { metadata: { resourceVersion, annotations: { [annotation]: value } } } }, { signal });
}

function templateOf({ policy, deployment }: RequestObjects): PodTemplateSpec {
  const template = policy.spec.workload.inline?.template ?? deployment?.spec.template;
  if (!template) throw new CliError(`the workload of policy ${policy.metadata.name} is gone.`);
  return template;
}

function annotated(template: PodTemplateSpec, name: string, value: string): PodTemplateSpec {
  const metadata = template.metadata ?? { name: '' };
  return { ...template, metadata: { ...metadata, annotations: { ...metadata.annotations, [name]: value } } };
}

/**
 * Gives a workload another template, guarded by the version that this was decided on. An adopted Deployment is paused in the
 * same write, so that it never rolls by itself.
 * @param hotfix why the release that leads there is not to be judged; it counts for that release or not at all
 */
export async function putTemplate(client: ClusterClient, { policy, deployment }: Pick<RequestObjects, 'policy' | 'deployment'>, template: PodTemplateSpec, { hotfix, signal }: { readonly hotfix?: string | undefined; readonly signal: AbortSignal }): Promise<void> {
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

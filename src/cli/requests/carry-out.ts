import type { ClusterClient } from '../../cluster/client.js';
import { isConflict } from '../../cluster/api-error.js';
import type { Deployment } from '../../kubernetes/generated/apps-v1.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { POLICY_LABEL, serinResources } from '../../model/resources.js';
import { CliError } from '../errors.js';
import type { Connection } from '../connection.js';
import { findPolicy } from '../target.js';
import type { PolicyRequest, RequestObjects } from './policy-request.js';

/** The controller writes at any moment, so a command may have to look again. */
const TRIES = 10;

/** Decides on a request and carries it out, guarded by what it was decided on. @throws CliError when it is refused */
export async function request(connection: Pick<Connection, 'client' | 'namespace'>, name: string, decide: (objects: RequestObjects) => PolicyRequest, signal: AbortSignal): Promise<readonly string[]> {
  const { client } = connection;
  for (let tries = 1; ; tries++) {
    const objects = await requestObjects(client, await findPolicy(connection, name, signal), signal);
    const plan = decide(objects);
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return plan.lines;
    try {
      if (plan.on === 'policy') await annotate(client, objects.policy, plan.name, plan.value, signal);
      else await putTemplate(client, objects, annotated(templateOf(objects), plan.name, plan.value), signal);
      return plan.lines;
    } catch (error) {
      if (!isConflict(error) || tries >= TRIES) throw error;
    }
  }
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
 */
export async function putTemplate(client: ClusterClient, { policy, deployment }: { readonly policy: ReleasePolicy; readonly deployment: Deployment | undefined }, template: PodTemplateSpec, signal: AbortSignal): Promise<void> {
  const guard = (resourceVersion: string | undefined): unknown => ({ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion });
  if (deployment) {
    const adopted = deployment.metadata.labels?.[POLICY_LABEL] !== undefined;
    const pause = adopted ? [{ op: 'add', path: '/spec/paused', value: true }] : [];
    const body = [guard(deployment.metadata.resourceVersion), { op: 'replace', path: '/spec/template', value: template }, ...pause];
    await client.patch(resources.deployments, { namespace: deployment.metadata.namespace ?? '', name: deployment.metadata.name }, { kind: 'json', body }, { signal });
  } else {
    const body = [guard(policy.metadata.resourceVersion), { op: 'replace', path: '/spec/workload/inline/template', value: template }];
    await client.patch(serinResources.releasePolicies, { namespace: policy.metadata.namespace ?? '', name: policy.metadata.name }, { kind: 'json', body }, { signal });
  }
}

import { lookingAgain } from '../../commands/looking-again.js';
import { putTemplate } from '../../commands/workload-writes.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { PodTemplateSpec } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { RETRY_ANNOTATION, serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { CliError } from '../errors.js';
import type { Connection } from '../connection.js';
import { tell } from '../steering/teller.js';
import { findPolicy } from '../target.js';
import type { PolicyRequest, RequestObjects } from './policy-request.js';

/** Decides on a request and carries it out, guarded by what it was decided on. @throws CliError when it is refused */
export async function request(connection: Pick<Connection, 'client' | 'namespace'>, name: string, decide: (objects: RequestObjects) => PolicyRequest, { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal }): Promise<readonly string[]> {
  const { client } = connection;
  return lookingAgain(async () => {
    const objects = await requestObjects(client, await findPolicy(connection, name, signal), signal);
    const plan = decide(objects);
    if (plan.outcome === 'refused') throw new CliError(plan.why);
    if (plan.outcome === 'nothing') return plan.lines;
    if (plan.on === 'policy') {
      await annotate(client, objects.policy, plan.name, plan.value, signal);
      const { release } = objects;
      if (plan.name === RETRY_ANNOTATION && release?.metadata.name === plan.value) await tell(client, release, 'retry', clock.now(), signal);
    }
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

import { argoResources } from '../../frontends/argo/resources.js';
import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { serinResources } from '../../model/resources.js';
import { isOf, otherWorkloads, runsByReplicaSets, type ObjectSource } from './surroundings.js';

/**
 * Objects out of files, as if they were all there is in this namespace.
 * @param whole false where some objects of the files are left out, so that none can be said to be missing
 */
export function fileObjects(objects: readonly KubernetesObject[], namespace: string, whole = true): ObjectSource {
  const inNamespace = objects.filter((object) => (object.metadata.namespace === namespace || OF_THE_CLUSTER.some((resource) => isOf(object, resource))) && isWhole(object));
  // Of the right kind and whole; what else is wrong with it is for the server to say.
  const list = <T extends KubernetesObject>(resource: Resource<T>): T[] => inNamespace.filter((object) => isOf(object, resource)) as T[];
  const any = (kinds: readonly Resource<KubernetesObject>[]): boolean => kinds.some((resource) => list(resource).length > 0);
  return {
    list,
    serves: () => true,
    // Templates are often somebody else's: that there are none is no sign that there will be none.
    holdsAll: (resource) => whole && any([resource]),
    complete: (policy: ReleasePolicy) => whole && any(policy.spec.workload.inline ? [resources.services] : runsByReplicaSets(policy) ? [resources.replicaSets] : [resources.deployments, ...otherWorkloads]),
  };
}

/** Kinds that every namespace sees. */
const OF_THE_CLUSTER = [serinResources.clusterMetricTemplates, argoResources.clusterAnalysisTemplates] as unknown as readonly Resource<KubernetesObject>[];

/** The fields without which an object of a kind says nothing; what stands in a file has not been checked by anyone. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { Deployment: ['template'], ReleasePolicy: ['workload', 'strategy'] };
/** Fields that may be absent, but must be objects where they are there. */
const OPTIONAL: typeof NEEDED = { ReleasePolicy: ['router'] };

function isWhole(object: KubernetesObject): boolean {
  const spec: unknown = Reflect.get(object, 'spec');
  if (!isRecord(spec)) return false;
  const absent = (OPTIONAL[object.kind] ?? []).filter((field) => spec[field] === undefined || spec[field] === null);
  return [...(NEEDED[object.kind] ?? []), ...(OPTIONAL[object.kind] ?? [])].every((field) => isRecord(spec[field]) || absent.includes(field));
}

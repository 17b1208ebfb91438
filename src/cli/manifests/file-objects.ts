import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { isOf, otherWorkloads, type ObjectSource } from './surroundings.js';

/**
 * Objects out of files, as if they were all there is in this namespace.
 * @param whole false where some objects of the files are left out, so that none can be said to be missing
 */
export function fileObjects(objects: readonly KubernetesObject[], namespace: string, whole = true): ObjectSource {
  const inNamespace = objects.filter((object) => object.metadata.namespace === namespace && isWhole(object));
  // Of the right kind and whole; what else is wrong with it is for the server to say.
  const list = <T extends KubernetesObject>(resource: Resource<T>): T[] => inNamespace.filter((object) => isOf(object, resource)) as T[];
  const any = (kinds: readonly Resource<KubernetesObject>[]): boolean => kinds.some((resource) => list(resource).length > 0);
  return {
    list,
    serves: () => true,
    complete: ({ spec }: ReleasePolicy) => whole && (spec.workload.inline ? any([resources.services]) : any([resources.deployments, ...otherWorkloads])),
  };
}

/** The fields without which an object of a kind says nothing; what stands in a file has not been checked by anyone. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { Deployment: ['template'], ReleasePolicy: ['workload', 'router', 'strategy'] };

function isWhole(object: KubernetesObject): boolean {
  const spec: unknown = Reflect.get(object, 'spec');
  return isRecord(spec) && (NEEDED[object.kind] ?? []).every((field) => isRecord(spec[field]));
}

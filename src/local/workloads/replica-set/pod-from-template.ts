import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { controllerReference } from '../../../kubernetes/owners.js';

/** A new Pod of the ReplicaSet; the server completes its name. @throws Error for a ReplicaSet without a Pod spec */
export function podFromTemplate(replicaSet: ReplicaSet): Pod {
  const { template } = replicaSet.spec;
  const { name, namespace } = replicaSet.metadata;
  if (template?.spec === undefined) throw new Error(`ReplicaSet ${namespace ?? ''}/${name} has no spec.template.spec`);
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      // The type asks for a name, the server for its absence: an empty one counts as none.
      name: '',
      generateName: `${name}-`,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(replicaSet)],
    },
    spec: template.spec,
  };
}

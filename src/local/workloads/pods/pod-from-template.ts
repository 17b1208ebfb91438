import type { Pod, PodTemplateSpec } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerReference } from '../../../kubernetes/owners.js';

/**
 * A new Pod that `owner` controls; the server completes its name.
 * @param generateName what its name begins with; default: the owner's name
 * @throws Error for an owner without a Pod spec
 */
export function podFromTemplate(owner: KubernetesObject, template: PodTemplateSpec | undefined, generateName = `${owner.metadata.name}-`): Pod {
  const { name, namespace } = owner.metadata;
  if (template?.spec === undefined) throw new Error(`${owner.kind} ${namespace ?? ''}/${name} has no spec.template.spec`);
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      // The type asks for a name, the server for its absence: an empty one counts as none.
      name: '',
      generateName,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}

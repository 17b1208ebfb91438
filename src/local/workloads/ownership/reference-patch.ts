import type { Patch } from '../../../cluster/client.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerReference } from '../../../kubernetes/owners.js';

/** Makes `controller` the controller of `object`; a plain reference to it is raised. Guarded by the object's uid. */
export function adoptionPatch(controller: KubernetesObject, object: KubernetesObject): Patch {
  return { kind: 'strategic', body: { metadata: { uid: object.metadata.uid, ownerReferences: [controllerReference(controller)] } } };
}

/** Takes all references to the owner off `object`. Guarded by the object's uid. */
export function releasePatch(owner: KubernetesObject, object: KubernetesObject): Patch {
  return {
    kind: 'strategic',
    body: { metadata: { uid: object.metadata.uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } },
  };
}

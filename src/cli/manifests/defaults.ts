import { cloneJson } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { schemaOfKind } from '../../model/custom-resources.js';
import { fillDefaults } from '../../schema/defaulting.js';

/** One of our objects out of a file as the API server would keep it: with everything that has a default. Changes nothing. */
export function withDefaults<T extends Pick<KubernetesObject, 'kind'>>(object: T): T {
  const copy = cloneJson(object);
  fillDefaults(copy, schemaOfKind(object.kind));
  return copy;
}

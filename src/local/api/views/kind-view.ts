import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { FieldError } from '../../../kubernetes/field-error.js';
import type { Kind } from '../kinds/kind.js';

/** The same objects in another group or version: what is written in it is stored as another kind, and shown in it again. */
export interface KindView {
  /** How the view is served. Of its hooks only `applyDefaults` is called: rules are those of what is stored. */
  readonly kind: Kind;
  /** What its objects are stored as. */
  readonly storedAs: { readonly group: string; readonly version: string; readonly plural: string };
  /** @param object as it was sent; given away */
  toStored(object: KubernetesObject): KubernetesObject;
  /** @param object frozen */
  fromStored(object: KubernetesObject): KubernetesObject;
  /** What is wrong with an object of the view beyond what is wrong with what is stored; it comes after that. */
  check?(stored: KubernetesObject): FieldError[];
}

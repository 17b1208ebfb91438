import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { unsupportedFields, type Shape } from './supported-fields.js';

/** `VirtualService default/reviews` */
export function objectTitle({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`;
}

/** Whether an object with this `exportTo` means callers in `callerNamespace`. */
export function isVisible(exportTo: readonly string[], ownNamespace: string, callerNamespace: string): boolean {
  if (exportTo.length === 0) return true;
  return exportTo.some((to) => to === '*' || to === callerNamespace || (to === '.' && ownNamespace === callerNamespace));
}

/** Which objects are refused, and why. An object is looked at once; the informers hand out a new one when it changes. */
export class Refusals {
  readonly #problems = new WeakMap<object, { readonly problem: string | undefined }>();
  readonly #shapes: Readonly<Record<string, Shape>>;

  /** @param shapes of `spec`, by kind */
  constructor(shapes: Readonly<Record<string, Shape>>) {
    this.#shapes = shapes;
  }

  /** @returns the fields that are not implemented, in one sentence; undefined when all are */
  of(object: KubernetesObject & { readonly spec?: unknown }): string | undefined {
    let known = this.#problems.get(object);
    if (known === undefined) {
      const fields = unsupportedFields(object.spec ?? {}, this.#shapes[object.kind] ?? true, 'spec');
      const named = fields.map(({ path, problem }) => (problem === undefined ? path : `${path} (${problem})`));
      known = { problem: named.length === 0 ? undefined : `not implemented by the local gateway: ${named.join(', ')}` };
      this.#problems.set(object, known);
    }
    return known.problem;
  }
}

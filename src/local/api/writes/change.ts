import type { FieldError } from '../../../kubernetes/field-error.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { invalidStatus } from '../../../kubernetes/status.js';
import type { Kind, KindContext } from '../kinds/kind.js';
import { collectionOf } from '../kind-registry.js';
import { fail } from '../request/answer.js';
import type { ServerContext } from '../server-context.js';
import type { Transaction } from '../store.js';

/** What a kind's rules may ask, answered from the newest state. */
export function kindContext(server: ServerContext, transaction: Transaction): KindContext {
  return {
    now: server.clock.now(),
    find: ({ group, plural }, name, namespace) => transaction.get(collectionOf(group, plural), namespace === undefined ? name : `${namespace}/${name}`)?.object,
    list: ({ group, plural }, namespace) => transaction.list(collectionOf(group, plural), namespace === undefined ? '' : `${namespace}/`).map(({ object }) => object),
  };
}

/** @throws ApiFailure 422 when there are problems */
export function refuse(kind: Kind, name: string, problems: readonly FieldError[]): void {
  if (problems.length > 0) fail(invalidStatus({ group: kind.resource.group, kind: kind.resource.kind }, name, problems));
}

/** The field of an object, whatever its kind. */
export function fieldOf(object: KubernetesObject, field: string): unknown {
  return (object as unknown as Record<string, unknown>)[field];
}

export function setField(object: KubernetesObject, field: string, value: unknown): void {
  const record = object as unknown as Record<string, unknown>;
  if (value === undefined) delete record[field];
  else record[field] = value;
}

/** Whether anything but metadata and, where it is a subresource, status differs: what the generation counts. */
export function contentChanged(kind: Kind, a: KubernetesObject, b: KubernetesObject): boolean {
  const content = (object: KubernetesObject): Record<string, unknown> => {
    const { metadata: _metadata, ...rest } = object as unknown as Record<string, unknown>;
    if (kind.subresources.status) delete rest['status'];
    return rest;
  };
  return !deepEqual(content(a), content(b));
}

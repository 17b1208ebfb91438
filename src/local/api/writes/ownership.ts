import { updateManagedFields, type WriteContext } from '../../../kubernetes/apply/apply.js';
import type { ManagedFieldsEntry } from '../../../kubernetes/generated/meta-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';
import type { Call, ServerContext } from '../server-context.js';
import { timestamp } from './identity.js';
import type { WriteOptions } from './write-options.js';

/** What a write says about itself where the owners of fields are noted; undefined for kinds without a schema. */
export function ownershipContext(server: ServerContext, call: Call, options: WriteOptions): WriteContext | undefined {
  const { schema, custom, kind } = call.served;
  if (schema === undefined) return undefined;
  const { subresource } = call;
  return {
    schema,
    builtIn: !custom,
    manager: options.fieldManager,
    ...(subresource === undefined ? {} : { subresource }),
    ignored: ignoredBy(subresource, kind.subresources.status, custom),
    now: timestamp(server.clock.now()),
  };
}

/** Notes who owns what after any write but apply. */
export function withOwners(before: KubernetesObject | undefined, object: KubernetesObject, context: WriteContext | undefined): KubernetesObject {
  if (context === undefined) return object;
  const written = updateManagedFields(before, object, context);
  if (context.subresource === 'scale') dropScaleTimes(written);
  return written;
}

/** Entries of the scale endpoint carry no time, and so come first among those of updates. */
function dropScaleTimes({ metadata }: KubernetesObject): void {
  const rank = ({ operation, time }: ManagedFieldsEntry): number => (operation === 'Apply' ? 0 : time === undefined ? 1 : 2);
  const entries = (metadata.managedFields ?? []).map(({ time, ...entry }) => (entry.subresource === 'scale' || time === undefined ? entry : { ...entry, time }));
  metadata.managedFields = entries.sort((a, b) => rank(a) - rank(b));
}

/** What an endpoint never changes: nobody comes to own it there. */
function ignoredBy(subresource: string | undefined, hasStatus: boolean, custom: boolean): (readonly string[])[] {
  if (subresource === 'status') return custom ? [['spec'], ['metadata']] : [['spec'], ['metadata', 'labels']];
  return hasStatus ? [['status']] : [];
}

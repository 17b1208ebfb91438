import { ApiError, isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { inWorkingOrder } from './order.js';
import type { Addressed } from './preflight.js';

export const FIELD_MANAGER = 'serin-cli';
/** How long a new kind may take until it is served, in milliseconds. */
const KIND_TIMEOUT = 30_000;

/** What an apply did to one object. */
export interface Applied {
  readonly resource: Resource<KubernetesObject>;
  readonly object: KubernetesObject;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'failed';
  /** Why it failed, and what to do. */
  readonly error?: string;
}

export interface ApplyContext {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Take fields over that others own. */
  readonly force: boolean;
}

/** Applies objects one by one in an order that works; an object that fails keeps no other from being applied. */
export async function* applyObjects(objects: readonly Addressed[], context: ApplyContext): AsyncIterable<Applied> {
  const coming = new Set<string>();
  for (const { object, resource } of inWorkingOrder(objects)) {
    const waitsForOthers = context.dryRun && (coming.has(`Namespace ${object.metadata.namespace ?? ''}`) || coming.has(`kind ${resource.group}/${resource.kind}`));
    const applied = waitsForOthers ? { resource, object, outcome: 'created' as const } : await applyOne(object, resource, context);
    if (applied.outcome === 'created') remember(coming, object);
    yield applied;
  }
}

/** What a dry run cannot ask the server about, because its namespace or kind would come first. */
function remember(coming: Set<string>, object: KubernetesObject): void {
  if (object.kind === 'Namespace') coming.add(`Namespace ${object.metadata.name}`);
  const spec = object.kind === 'CustomResourceDefinition' ? (Reflect.get(object, 'spec') as { group?: string; names?: { kind?: string } } | undefined) : undefined;
  if (spec) coming.add(`kind ${spec.group ?? ''}/${spec.names?.kind ?? ''}`);
}

async function applyOne(object: KubernetesObject, resource: Resource<KubernetesObject>, context: ApplyContext): Promise<Applied> {
  const { client, signal, dryRun, force } = context;
  const { name, namespace } = object.metadata;
  try {
    const before = await client.find(resource, { name, ...(namespace === undefined ? {} : { namespace }) }, { signal });
    const after = await client.apply(resource, object, { fieldManager: FIELD_MANAGER, force, dryRun, fieldValidation: 'Strict', signal });
    if (resource.kind === 'CustomResourceDefinition' && !dryRun && !(await untilServed(name, context))) return { resource, object, outcome: 'failed', error: `is not served after ${KIND_TIMEOUT / 1000} s; see its conditions: kubectl describe crd ${name}` };
    return { resource, object: after, outcome: !before ? 'created' : isSame(before, after, dryRun) ? 'unchanged' : 'configured' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { resource, object, outcome: 'failed', error: explain(error) };
  }
}

/** A dry run gets a version of its own on some servers, so there the objects themselves are compared. */
function isSame(before: KubernetesObject, after: KubernetesObject, dryRun: boolean): boolean {
  if (before.metadata.resourceVersion === after.metadata.resourceVersion) return true;
  const plain = ({ metadata, ...rest }: KubernetesObject): string => {
    const { resourceVersion: _version, managedFields: _fields, generation: _generation, ...kept } = metadata;
    return JSON.stringify({ ...rest, metadata: kept });
  };
  return dryRun && plain(before) === plain(after);
}

function explain(error: ApiError): string {
  const text = error.status.message ?? error.message;
  if (isConflict(error)) return `${text}. Take these fields over with --force-conflicts, or leave them out of the file.`;
  if (isNotFound(error)) return `${text}. The namespace or the kind went away in the meantime.`;
  return text;
}

/** @returns false where it is not served in time */
async function untilServed(name: string, { client, clock, signal }: ApplyContext): Promise<boolean> {
  for (const end = clock.monotonic() + KIND_TIMEOUT; clock.monotonic() < end; await clock.sleep(100, signal)) {
    const { status } = await client.get(resources.customResourceDefinitions, { name }, { signal });
    if (isConditionTrue(status?.conditions, 'Established')) return true;
  }
  return false;
}

import { ApiError, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { InstalledObject } from '../../installation/objects.js';
import { deepEqual } from '../../kubernetes/json.js';
import { isConditionTrue } from '../../kubernetes/conditions.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { Clock } from '../../ports/clock.js';
import { CliError } from '../errors.js';

const FIELD_MANAGER = 'serin';
/** How long a kind may take until it is served, in milliseconds. */
const KIND_TIMEOUT = 30_000;

export interface PutContext {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What became of one object. */
export interface Put {
  readonly title: string;
  readonly outcome: 'created' | 'configured' | 'unchanged';
}

/** Applies the objects one by one. @throws CliError for the first that the API server does not take, with what to do */
export async function* putObjects(objects: readonly InstalledObject[], context: PutContext): AsyncIterable<Put> {
  for (const installed of objects) {
    const { resource, object } = installed;
    const at = { name: object.metadata.name, ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }) };
    try {
      const before = await context.client.find(resource, at, { signal: context.signal });
      const after = await context.client.apply(resource, object, { fieldManager: FIELD_MANAGER, force: true, signal: context.signal });
      if (object.kind === 'CustomResourceDefinition') await untilServed(object.metadata.name, context);
      yield { title: titleOf(object), outcome: !before ? 'created' : deepEqual(wantedPart(before), wantedPart(after)) ? 'unchanged' : 'configured' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new CliError(`${titleOf(object)} was not installed: ${error.status.message ?? error.message}. ${remedy(error, object)}`, undefined, { cause: error });
    }
  }
}

/** Without what others write, who may be at it at the same moment. */
function wantedPart(object: KubernetesObject): unknown {
  const { metadata: { labels, annotations, generation }, ...rest } = object;
  return { ...rest, status: undefined, labels, annotations, generation };
}

export const titleOf = ({ kind, metadata: { name, namespace } }: KubernetesObject): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

function remedy(error: ApiError, { metadata }: KubernetesObject): string {
  const again = 'What was installed before it stays; run the command again when it is mended.';
  if (isNotFound(error) && metadata.namespace !== undefined) return `Make the namespace ${metadata.namespace} first. ${again}`;
  if (error.code !== 403) return again;
  const grants = /attempting to grant RBAC permissions not currently held/.test(error.status.message ?? '');
  return grants
    ? `Only who has these rights, or may "escalate" and "bind" roles, can give them to Serin: let a cluster administrator run it. ${again}`
    : `Let a cluster administrator run it, or hand over what serin install --dry-run prints. ${again}`;
}

async function untilServed(name: string, { client, clock, signal }: PutContext): Promise<void> {
  for (const end = clock.monotonic() + KIND_TIMEOUT; clock.monotonic() < end; await clock.sleep(100, signal)) {
    const { status } = await client.get(resources.customResourceDefinitions, { name }, { signal });
    if (isConditionTrue(status?.conditions, 'Established')) return;
  }
  throw new CliError(`CustomResourceDefinition ${name} is not served after ${KIND_TIMEOUT / 1000} s: kubectl describe crd ${name} says why.`);
}

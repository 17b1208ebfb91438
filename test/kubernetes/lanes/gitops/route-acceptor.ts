import type { ClusterClient } from '../../../../src/cluster/client.js';
import { isConflict } from '../../../../src/cluster/api-error.js';
import type { HTTPRoute } from '../../../../src/kubernetes/generated/gateway-api-v1.js';
import { resources } from '../../../../src/kubernetes/resources.js';
import { watchObjects } from './watching.js';

const CONTROLLER = 'example.com/gateway';

/** Says of every version of the HTTPRoutes of a namespace that all their Gateways have taken it, as a product would. @returns what ends that */
export function acceptRoutes(client: ClusterClient, namespace: string): () => Promise<void> {
  const stopping = new AbortController();
  const accepting = new Set<Promise<void>>();
  const watching = watchObjects(client, resources.httpRoutes, namespace, (object) => {
    const work = accept(client, object as HTTPRoute).finally(() => accepting.delete(work));
    accepting.add(work);
  }, stopping.signal);
  return async () => {
    stopping.abort();
    await watching;
    await Promise.all(accepting);
  };
}

async function accept(client: ClusterClient, { metadata, spec, status }: HTTPRoute): Promise<void> {
  const { namespace = '', name, generation = 0, resourceVersion = '' } = metadata;
  if (status?.parents.every(({ conditions = [] }) => conditions.every(({ observedGeneration = 0 }) => observedGeneration >= generation)) === true && status.parents.length > 0) return;
  const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True', reason: type, message: '', observedGeneration: generation, lastTransitionTime: new Date().toISOString() }));
  const parents = (spec.parentRefs ?? []).map((parentRef) => ({ parentRef, controllerName: CONTROLLER, conditions }));
  await client.patch(resources.httpRoutes, { namespace, name }, { kind: 'merge', body: { metadata: { resourceVersion }, status: { parents } } }, { subresource: 'status', fieldManager: 'gateway' }).catch((error: unknown) => {
    // A later version is told, too.
    if (!isConflict(error)) throw error;
  });
}

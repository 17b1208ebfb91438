import { resources } from '../../kubernetes/resources.js';
import { collectionOf } from './kind-registry.js';
import type { ServerContext } from './server-context.js';
import { newUid, timestamp } from './writes/identity.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Creates the namespaces that every cluster has, where they are missing. */
export async function createSystemObjects({ store, clock, random, kinds }: ServerContext): Promise<void> {
  if (kinds.find('', 'v1', 'namespaces') === undefined) return;
  const collection = collectionOf('', resources.namespaces.plural);
  const missing = NAMESPACES.filter((name) => store.get(collection, name) === undefined);
  if (missing.length === 0) return;
  await store.write((transaction) => {
    for (const name of missing) {
      transaction.put(collection, name, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, uid: newUid(random), creationTimestamp: timestamp(clock.now()), labels: { 'kubernetes.io/metadata.name': name } },
        ...{ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } },
      });
    }
  });
}

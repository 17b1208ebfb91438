import type { Namespace } from '../../../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../../../kubernetes/objects.js';

const FINALIZER = 'kubernetes';

export interface NamespaceDecision {
  /** Contents whose deletion was not asked for yet. */
  readonly delete: readonly KubernetesObject[];
  /** The namespace without our finalizer, once nothing is left in it. */
  readonly finalized?: Namespace;
}

/** What becomes of a namespace that is being deleted. @param contents every object in it */
export function decideNamespace(namespace: Namespace, contents: readonly KubernetesObject[]): NamespaceDecision {
  const finalizers = namespace.spec?.finalizers ?? [];
  const remaining = contents.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (contents.length > 0 || !finalizers.includes(FINALIZER)) return { delete: remaining };
  return { delete: [], finalized: { ...namespace, spec: { ...namespace.spec, finalizers: finalizers.filter((each) => each !== FINALIZER) } } };
}

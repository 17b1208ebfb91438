import type { Pod } from '../../../kubernetes/generated/core-v1.js';

/** Who a Pod is in the metrics, as Istio names it. */
export interface Workload {
  readonly name: string;
  readonly namespace: string;
  readonly app: string;
  readonly version: string;
  readonly canonicalName: string;
  readonly canonicalRevision: string;
}

const UNKNOWN = 'unknown';

/** A peer that is no Pod of the mesh. */
export const unknownWorkload: Workload = {
  name: UNKNOWN,
  namespace: UNKNOWN,
  app: UNKNOWN,
  version: UNKNOWN,
  canonicalName: UNKNOWN,
  canonicalRevision: 'latest',
};

export const ingressWorkload: Workload = {
  name: 'istio-ingressgateway',
  namespace: 'istio-system',
  app: 'istio-ingressgateway',
  version: UNKNOWN,
  canonicalName: 'istio-ingressgateway',
  canonicalRevision: 'latest',
};

/** Who requests come from that an Ingress lets in. */
export const nginxWorkload: Workload = {
  name: 'ingress-nginx-controller',
  namespace: 'ingress-nginx',
  app: 'ingress-nginx',
  version: UNKNOWN,
  canonicalName: 'ingress-nginx',
  canonicalRevision: 'latest',
};

/**
 * Istio's injector names a workload after the Pod's controller; where that is a ReplicaSet named `X-<pod-template-hash>`, the
 * Deployment X. Whoever controls the ReplicaSet is not asked.
 */
export function workloadOf(pod: Pod): Workload {
  const { metadata } = pod;
  const labels = metadata.labels ?? {};
  const name = workloadName(pod);
  return {
    name,
    namespace: metadata.namespace ?? 'default',
    app: labels['app'] ?? labels['app.kubernetes.io/name'] ?? UNKNOWN,
    version: labels['version'] ?? labels['app.kubernetes.io/version'] ?? UNKNOWN,
    canonicalName: labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? name,
    canonicalRevision: labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels['version'] ?? 'latest',
  };
}

function workloadName({ metadata }: Pod): string {
  const own = metadata.name ?? UNKNOWN;
  const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
  if (controller === undefined) return own;
  const hash = metadata.labels?.['pod-template-hash'];
  if (controller.kind === 'ReplicaSet' && hash !== undefined && controller.name.endsWith(`-${hash}`)) return controller.name.slice(0, -hash.length - 1);
  return controller.name;
}

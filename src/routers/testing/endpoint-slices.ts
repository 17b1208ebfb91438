import { resources } from '../../kubernetes/resources.js';
import type { TestCluster } from './cluster.js';

/** Does what the cluster does by itself: for each Service with a selector a slice of the ready Pods that it means. */
export function syncSlices(cluster: TestCluster): void {
  const services = cluster.list(resources.services);
  for (const { metadata } of cluster.list(resources.endpointSlices)) {
    if (services.every(({ metadata: { name } }) => metadata.labels?.['kubernetes.io/service-name'] !== name)) cluster.remove('EndpointSlice', metadata.name);
  }
  for (const { metadata, spec = {} } of services) {
    const selector = Object.entries(spec.selector ?? {});
    if (selector.length === 0) continue;
    const pods = cluster.list(resources.pods).filter((pod) => selector.every(([key, value]) => pod.metadata.labels?.[key] === value) && pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
    cluster.put({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${metadata.name}-slice`, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      ports: (spec.ports ?? []).map(({ name, port, targetPort }) => ({ ...(name === undefined ? {} : { name }), port: typeof targetPort === 'number' ? targetPort : port, protocol: 'TCP' })),
      endpoints: pods.map((pod) => ({ addresses: [pod.status?.podIP ?? ''], conditions: { ready: true }, targetRef: { kind: 'Pod', name: pod.metadata.name } })),
    } as Parameters<TestCluster['put']>[0]);
  }
}

import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { TestCluster } from '../../../routers/testing/cluster.js';
import type { RunPhase } from '../kinds/analysis.js';
import type { Experiment, ExperimentStatus } from '../kinds/experiment.js';

/**
 * What an Experiment of a model says next, with the Services of its templates while it runs, and a ready Pod behind each;
 * undefined where nothing changes.
 */
export function nextExperimentStatus(cluster: TestCluster, { metadata, spec, status }: Experiment, next: RunPhase): ExperimentStatus | undefined {
  const phase = status?.phase;
  if (phase === next || (phase !== undefined && phase !== 'Pending' && phase !== 'Running')) return undefined;
  const led = spec.templates.filter(({ service }) => service !== undefined).map(({ name, service }) => ({ name, service: service?.name ?? `${metadata.name}-${name}` }));
  for (const { service } of led) {
    cluster.remove('Service', service);
    cluster.remove('Pod', service);
    if (next !== 'Running') continue;
    cluster.put({ apiVersion: 'v1', kind: 'Service', metadata: { name: service }, spec: { selector: { experiment: service }, ports: [{ port: 8080 }] } } as Service);
    cluster.put({
      apiVersion: 'v1', kind: 'Pod', metadata: { name: service, labels: { experiment: service } },
      spec: { containers: [] }, status: { podIP: '10.244.9.9', conditions: [{ type: 'Ready', status: 'True' }] },
    } as unknown as Pod);
  }
  const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  return { phase: next, templateStatuses: next === 'Running' ? led.map(({ name, service }) => ({ name, ...counts, serviceName: service })) : [] };
}

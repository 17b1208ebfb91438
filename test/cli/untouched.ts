import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources, serinResources, type Driver } from '../driver/driver.js';
import { isReady } from '../driver/witness.js';
import { serin, type CommandResult } from './driven-shell.js';

const kinds: readonly Resource<KubernetesObject>[] = [
  resources.deployments, resources.jobs, resources.services, resources.ingresses, resources.virtualServices, resources.destinationRules, resources.httpRoutes,
  serinResources.releasePolicies, serinResources.releases, serinResources.approvals, serinResources.evidence, serinResources.metricTemplates, serinResources.clusterMetricTemplates,
];

/** All objects of users and of Serin but for what changes by itself, and what runs: to be compared before and after. */
export function everything(driver: Driver): Record<string, unknown> {
  const objects = kinds.flatMap((resource) => driver.objects(resource)).map((object) => {
    const { kind, metadata: { namespace = '', name, labels, annotations, finalizers, deletionTimestamp } } = object;
    const { 'deployment.kubernetes.io/revision': _revision, ...kept } = annotations ?? {};
    return [`${kind} ${namespace}/${name}`, { labels: labels ?? {}, annotations: kept, finalizers: finalizers ?? [], deletionTimestamp, spec: Reflect.get(object, 'spec') as unknown }] as const;
  });
  return { ...Object.fromEntries(objects), running: running(driver) };
}

/** Size, ready Pods and owners of every version that has Pods. */
function running(driver: Driver): string[] {
  const pods = driver.objects(resources.pods);
  return driver.objects(resources.replicaSets).flatMap(({ metadata, spec }) => {
    const own = pods.filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
    const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`).join(' ');
    const image = spec.template?.spec?.containers[0]?.image ?? '';
    return spec.replicas === 0 && own.length === 0 ? [] : [`${image}: ${own.filter(isReady).length} of ${spec.replicas ?? 1} (${own.length}), ${owners}`];
  }).sort();
}

/** Runs `serin …` again and again, stopped after every second write, until it is done; with all that it said. */
export async function withStops(driver: Driver, args: readonly string[]): Promise<CommandResult> {
  const { client } = driver;
  const patch = client.patch.bind(client);
  let said = '';
  try {
    for (;;) {
      const stopping = new AbortController();
      let writes = 0;
      Object.assign(client, { patch: async (...each: Parameters<typeof patch>) => {
        const done = await patch(...each);
        if (++writes === 2) stopping.abort(new Error('stopped'));
        return done;
      } });
      const { code, out, err } = await serin(driver, args, { signal: stopping.signal });
      said += out;
      if (code !== 130) return { code, out: said, err };
    }
  } finally {
    Object.assign(client, { patch });
  }
}

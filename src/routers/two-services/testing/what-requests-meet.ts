import { resources } from '../../../kubernetes/resources.js';
import { HASH, HASHES, type Rig } from './rig.js';

/** Where the requests that one rule of one object splits go, told from the object as a proxy may have read it. */
export interface Split {
  readonly title: string;
  readonly parts: readonly { readonly weight: number; readonly to: { readonly service: string } | { readonly subset: string } | 'others' }[];
}

/** Every rule that splits between both versions, by what stands in the objects; knows nothing of how they came to be so. */
export function splitsNow(rig: Rig): Split[] {
  const { cluster, config } = rig;
  const services = [config.stable, config.canary];
  const toService = (name: string) => (services.includes(name) ? ({ service: name } as const) : 'others');
  const ingresses = (config.ingresses ?? []).flatMap(({ name, canaryName }): Split[] => {
    const annotations = cluster.get(resources.ingresses, canaryName)?.object.metadata.annotations ?? {};
    const of = (key: string): number => Number(annotations[`nginx.ingress.kubernetes.io/${key}`] ?? Number.NaN);
    const total = of('canary-weight-total') || 100;
    const weight = of('canary-weight') || 0;
    return [{ title: name, parts: [{ weight: total - weight, to: { service: 'shop' } }, { weight, to: { service: 'shop-canary' } }] }];
  });
  const virtualServices = (config.virtualServices ?? []).flatMap(({ name }): Split[] => {
    const { http = [], tcp = [] } = cluster.get(resources.virtualServices, name)?.object.spec ?? {};
    return [...http.filter((route) => route.name === undefined || !['testers', 'serin-matches', 'serin-copies'].includes(route.name)), ...tcp].map(({ route = [] }, index) => ({
      title: `${name} ${index}`, parts: route.map(({ destination, weight = 0 }) => ({ weight, to: config.destinationRule && destination.subset !== undefined ? { subset: destination.subset } : toService(destination.host) })),
    }));
  });
  const routes = (config.routes ?? []).flatMap(({ name }): Split[] =>
    (cluster.get(resources.httpRoutes, name)?.object.spec.rules ?? []).filter(({ matches }) => !matches?.some(({ headers = [] }) => headers.length > 0)).map(({ backendRefs = [] }, index) => ({ title: `${name} ${index}`, parts: backendRefs.map((ref) => ({ weight: ref.weight ?? 1, to: toService(ref.name) })) })),
  );
  return [...ingresses, ...virtualServices, ...routes].filter(({ parts }) => parts.some(({ to }) => to !== 'others'));
}

/**
 * The part of the requests, in per mille, that canary Pods answer.
 * @throws Error where requests meet nobody although there are ready Pods
 */
export function answeredByCanary(rig: Rig, { title, parts }: Split): number {
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const pods = rig.cluster.list(resources.pods);
  let canary = 0;
  for (const { weight, to } of parts) {
    if (weight === 0 || to === 'others') continue;
    const names = 'service' in to ? rig.endpoints(to.service) : subsetPods(rig, to.subset);
    if (names.length === 0) throw new Error(`${title}: ${weight} of ${total} requests meet nobody behind ${JSON.stringify(to)}`);
    const ofCanary = pods.filter(({ metadata }) => names.includes(metadata.name) && metadata.labels?.[HASH] === HASHES.canary).length;
    canary += (weight * ofCanary) / names.length;
  }
  return (1000 * canary) / total;
}

function subsetPods({ cluster }: Rig, name: string): string[] {
  const labels = Object.entries(cluster.get(resources.destinationRules, 'shop')?.object.spec.subsets?.find((each) => each.name === name)?.labels ?? {});
  return cluster.list(resources.pods).filter(({ metadata, status }) => status?.conditions?.[0]?.status === 'True' && labels.every(([key, value]) => metadata.labels?.[key] === value)).map(({ metadata }) => metadata.name);
}

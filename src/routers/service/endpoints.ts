import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import type { Found } from '../router.js';
import type { Selector } from './selector.js';

const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** Names of Pods that get requests. */
export type PodNames = ReadonlySet<string>;

/** The Pods that a selector means and that would be given requests. */
export function selectedPods(found: Found, service: Service, selector: Selector): Pod[] {
  const anyReady = service.spec?.publishNotReadyAddresses === true;
  return found.list(resources.pods).filter(
    (pod) =>
      Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value) &&
      (pod.status?.podIP ?? '') !== '' &&
      !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '') &&
      (anyReady || (pod.metadata.deletionTimestamp === undefined && isReady(pod))),
  );
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** The Pods that the EndpointSlices of a Service send requests to. An endpoint without a word on readiness counts as ready. */
export function endpointPods(found: Found, service: string): PodNames {
  const slices = found.list(resources.endpointSlices).filter(({ metadata }) => metadata.labels?.[SERVICE_NAME_LABEL] === service);
  return new Set(
    slices.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ conditions, targetRef }) => (conditions?.ready !== false && targetRef?.kind === 'Pod' ? (targetRef.name ?? []) : [])),
    ),
  );
}

/** What the EndpointSlices have yet to follow, in one sentence; undefined when they name exactly these Pods. */
export function following(found: Found, service: Service, selector: Selector): string | undefined {
  const wanted = new Set(selectedPods(found, service, selector).map(({ metadata }) => metadata.name));
  const there = endpointPods(found, service.metadata.name);
  const missing = [...wanted].filter((pod) => !there.has(pod)).length;
  const extra = [...there].filter((pod) => !wanted.has(pod)).length;
  const title = `the EndpointSlices of Service ${service.metadata.name}`;
  if (missing + extra > 0) {
    const parts = [missing > 0 ? `lack ${missing} ready ${missing === 1 ? 'Pod' : 'Pods'}` : '', extra > 0 ? `still hold ${extra} other ${extra === 1 ? 'Pod' : 'Pods'}` : ''];
    return `${title} ${parts.filter(Boolean).join(' and ')}`;
  }
  return undefined;
}

/** How many of the named Pods are of each version. */
export function countByHash(found: Found, pods: PodNames): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { metadata } of found.list(resources.pods)) {
    const hash = metadata.labels?.[HASH_LABEL];
    if (hash !== undefined && pods.has(metadata.name)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return counts;
}

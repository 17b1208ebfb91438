import type { Pod, Service } from '../../../kubernetes/generated/core-v1.js';
import type { Endpoint, EndpointPort, EndpointSlice } from '../../../kubernetes/generated/discovery-v1.js';
import { canonicalJson, deepEqual } from '../../../kubernetes/json.js';
import { controllerReference } from '../../../kubernetes/owners.js';
import { addressTypesOf, endpointOf, endpointPortsOf, type AddressType } from './endpoint.js';
import { fill } from './fill.js';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';

/** What the controller sees of one Service. */
export interface ObservedService {
  readonly service: Service;
  /** The Pods that its selector selects. */
  readonly pods: readonly Pod[];
  /** The slices of this Service that this controller manages. */
  readonly slices: readonly EndpointSlice[];
}

export interface EndpointSliceDecision {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly delete: EndpointSlice[];
}

/** Whether the Service has endpoints of Pods at all; others are left to who made them. */
export function hasOwnEndpoints({ spec }: Service): boolean {
  return spec?.selector !== undefined && spec.type !== 'ExternalName';
}

/**
 * The writes that make the slices say what the Pods are. Endpoints stay in the slice where they are; a Service without
 * endpoints keeps one empty slice.
 */
export function decideEndpointSlices({ service, pods, slices }: ObservedService): EndpointSliceDecision {
  const decision: EndpointSliceDecision = { create: [], update: [], delete: [] };
  const types = addressTypesOf(service);
  decision.delete.push(...slices.filter(({ addressType }) => !types.some((type) => type === addressType)));
  for (const type of types) {
    const existing = slices.filter(({ addressType }) => addressType === type);
    const wanted = wantedSlices(service, pods, existing, type);
    const spare = existing.filter((slice) => !wanted.some(({ metadata }) => metadata.name === slice.metadata.name));
    for (const slice of wanted) {
      const base = slice.metadata.name === '' ? spare.shift() : existing.find(({ metadata }) => metadata.name === slice.metadata.name);
      if (!base) decision.create.push(slice);
      else if (differs(base, slice)) decision.update.push({ ...base, ...slice, metadata: { ...base.metadata, ...withoutName(slice) } });
    }
    decision.delete.push(...spare);
  }
  return decision;
}

function wantedSlices(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], type: AddressType): EndpointSlice[] {
  const groups = new Map<string, { ports: EndpointPort[]; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const endpoint = endpointOf(service, pod, type);
    if (!endpoint) continue;
    const ports = endpointPortsOf(service, pod);
    const group = groups.get(portsKey(ports)) ?? { ports, endpoints: [] };
    group.endpoints.push(endpoint);
    groups.set(portsKey(ports), group);
  }
  if (groups.size === 0) return [sliceFor(service, type, existing[0]?.metadata.name ?? '', [], [])];
  return [...groups].flatMap(([key, { ports, endpoints }]) => {
    const own = existing.filter((slice) => portsKey(slice.ports ?? []) === key);
    const filled = fill(own.map((slice) => slice.endpoints ?? []), endpoints);
    return filled.flatMap((each, index) => (each.length === 0 ? [] : [sliceFor(service, type, own[index]?.metadata.name ?? '', ports, each)]));
  });
}

/** @param name empty for a slice that is new, or takes the place of one that is no longer needed */
function sliceFor(service: Service, addressType: AddressType, name: string, ports: EndpointPort[], endpoints: Endpoint[]): EndpointSlice {
  const { namespace, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name,
      generateName: `${service.metadata.name}-`,
      ...(namespace !== undefined && { namespace }),
      labels: {
        ...labels,
        ...(service.spec?.clusterIP === 'None' && { [HEADLESS]: '' }),
        [SERVICE_NAME]: service.metadata.name,
        [MANAGED_BY]: MANAGER,
      },
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    endpoints,
    ports,
  };
}

function portsKey(ports: readonly EndpointPort[]): string {
  return canonicalJson([...ports].map((port) => ({ protocol: 'TCP', name: '', ...port })).sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function differs(base: EndpointSlice, wanted: EndpointSlice): boolean {
  return !(
    deepEqual(base.endpoints ?? [], wanted.endpoints) &&
    portsKey(base.ports ?? []) === portsKey(wanted.ports ?? []) &&
    deepEqual(base.metadata.labels, wanted.metadata.labels) &&
    deepEqual(base.metadata.ownerReferences, wanted.metadata.ownerReferences)
  );
}

function withoutName({ metadata }: EndpointSlice): Omit<EndpointSlice['metadata'], 'name'> {
  const { name: _name, ...rest } = metadata;
  return rest;
}

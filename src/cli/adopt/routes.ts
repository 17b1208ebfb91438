import { patch, write } from '../../controller/eject/actions.js';
import { cloneJson, deepEqual, isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import type { AdoptAction } from './step.js';
import type { Surroundings } from './surroundings.js';

/** Where routes are to lead. */
export interface RouteChange {
  /** Of the Service that clients use. */
  readonly service: string;
  /** Services that lead to one version: what leads there leads to `service` afterwards. */
  readonly versions: readonly string[];
  /** Subsets of `service` that hold one version. */
  readonly subsets: readonly string[];
  readonly namespace: string;
}

/** Lets every VirtualService, HTTPRoute and GRPCRoute that splits between versions lead to the one Service; one write at a time. */
export function leadRoutesTo(change: RouteChange, { virtualServices, routes }: Pick<Surroundings, 'virtualServices' | 'routes'>): AdoptAction | undefined {
  for (const object of virtualServices) {
    const spec = singleDestinations(object.spec, change);
    if (spec) return write(`VirtualService ${object.metadata.name} leads to ${change.service} alone`, patch(resources.virtualServices, object, { op: 'replace', path: '/spec', value: spec }));
  }
  for (const object of routes) {
    const spec = singleBackends(object.spec, change);
    if (spec) return write(`${object.kind} ${object.metadata.name} leads to ${change.service} alone`, patch(object.kind === 'GRPCRoute' ? resources.grpcRoutes : resources.httpRoutes, object, { op: 'replace', path: '/spec', value: spec }));
  }
  return undefined;
}

/** Names of Services of this namespace that Ingresses and routes still lead to. */
export function routedServices({ ingresses, virtualServices, routes }: Pick<Surroundings, 'ingresses' | 'virtualServices' | 'routes'>, namespace: string, isLeft: (object: KubernetesObject) => boolean): Set<string> {
  const found = new Set<string>();
  const collect = (value: unknown, key = ''): void => {
    if (Array.isArray(value)) for (const each of value) collect(each, key);
    else if (isRecord(value)) {
      const { name, host } = value;
      if ((key === 'backendRefs' || key === 'service' || key === 'backendRef') && typeof name === 'string') found.add(name);
      if (key === 'destination' && typeof host === 'string') found.add(serviceOf(host, namespace));
      for (const [each, inner] of Object.entries(value)) collect(inner, each);
    }
  };
  for (const object of [...ingresses, ...virtualServices, ...routes]) if (isLeft(object)) collect(object.spec);
  return found;
}

/** The Service of this namespace that a host means, in its short and its long form; the host itself where it is another. */
const serviceOf = (host: string, namespace: string): string => [`.${namespace}.svc.cluster.local`, `.${namespace}.svc`, `.${namespace}`].reduce((name, end) => (name.endsWith(end) ? name.slice(0, -end.length) : name), host);

/** The spec with one destination where there were several; undefined where nothing changes. */
function singleDestinations(given: unknown, { service, versions, subsets, namespace }: RouteChange): unknown {
  const spec: unknown = cloneJson(given);
  if (!isRecord(spec)) return undefined;
  const isVersion = ({ destination }: Record<string, unknown>): boolean => {
    if (!isRecord(destination) || typeof destination['host'] !== 'string') return false;
    const name = serviceOf(destination['host'], namespace);
    return (name !== service && versions.includes(name)) || (name === service && typeof destination['subset'] === 'string' && subsets.includes(destination['subset']));
  };
  const isSplit = (list: readonly Record<string, unknown>[]): boolean => list.some(isVersion);
  for (const kind of ['http', 'tls', 'tcp']) {
    for (const rule of asRecords(spec[kind])) {
      const route = asRecords(rule['route']);
      if (!isSplit(route)) continue;
      const isOurs = (each: Record<string, unknown>): boolean => isVersion(each) || (isRecord(each['destination']) && serviceOf(String(each['destination']['host']), namespace) === service);
      const ours = route.filter(isOurs);
      const others = route.filter((each) => !isOurs(each));
      const { subset: _subset, ...destination } = isRecord(ours[0]?.['destination']) ? ours[0]['destination'] : {};
      const total = ours.reduce((sum, { weight }) => sum + (typeof weight === 'number' ? weight : 0), 0);
      rule['route'] = [{ ...ours[0], destination: { ...destination, host: hostLike(String(destination['host']), service, namespace) }, ...(others.length > 0 ? { weight: total } : {}) }, ...others];
      if (others.length === 0) delete asRecords(rule['route'])[0]?.['weight'];
    }
  }
  return deepEqual(spec, given) ? undefined : spec;
}

/** As the host was written: short, or with namespace and domain. */
const hostLike = (host: string, service: string, namespace: string): string => service + host.slice(serviceOf(host, namespace).length);

function singleBackends(given: unknown, { service, versions }: RouteChange): unknown {
  const spec: unknown = cloneJson(given);
  if (!isRecord(spec)) return undefined;
  for (const rule of asRecords(spec['rules'])) {
    const refs = asRecords(rule['backendRefs']);
    const isOurs = ({ name }: Record<string, unknown>): boolean => name === service || versions.includes(String(name));
    const ours = refs.filter(isOurs);
    if (ours.every(({ name }) => name === service)) continue;
    const others = refs.filter((each) => !isOurs(each));
    const total = ours.reduce((sum, { weight }) => sum + (typeof weight === 'number' ? weight : 1), 0);
    rule['backendRefs'] = [{ ...ours[0], name: service, weight: others.length > 0 ? total : 1 }, ...others];
  }
  return deepEqual(spec, given) ? undefined : spec;
}

const asRecords = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter((each): each is Record<string, unknown> => isRecord(each)) : []);

import { isRecord } from '../../kubernetes/json.js';
import type { KubernetesObject } from '../../kubernetes/objects.js';

/** The conditions by which a parent says that it has taken a route. */
const CONDITIONS = ['Accepted', 'ResolvedRefs'] as const;

/**
 * An object as its product would hand it back once it has taken it. Routes of the Gateway API are accepted in this generation
 * by all of their parents, unless they were refused as they are; other products' words on an older generation are left out.
 */
export function asAccepted(object: KubernetesObject): KubernetesObject {
  const status: unknown = Reflect.get(object, 'status');
  const { generation = 1 } = object.metadata;
  if (object.kind === 'HTTPRoute' || object.kind === 'GRPCRoute') return { ...object, ...refusedNow(status, generation) ?? { status: { parents: acceptedBy(object, generation) } } };
  if (object.kind !== 'VirtualService' && object.kind !== 'DestinationRule') return object;
  if (!isRecord(status) || Number(status['observedGeneration'] ?? generation) >= generation) return object;
  const { status: _, ...rest } = object as KubernetesObject & { status: unknown };
  return rest;
}

function refusedNow(status: unknown, generation: number): { status: unknown } | undefined {
  const parents: unknown = isRecord(status) ? status['parents'] : undefined;
  const refused = Array.isArray(parents) && parents.some((parent: unknown) => {
    const conditions: unknown = isRecord(parent) ? parent['conditions'] : undefined;
    return Array.isArray(conditions) && conditions.some((each: unknown) => isRecord(each) && each['status'] === 'False' && Number(each['observedGeneration'] ?? 0) >= generation);
  });
  return refused ? { status } : undefined;
}

function acceptedBy(route: KubernetesObject, observedGeneration: number): unknown[] {
  const spec: unknown = Reflect.get(route, 'spec');
  const parents: unknown = isRecord(spec) ? spec['parentRefs'] : undefined;
  return (Array.isArray(parents) ? parents : []).map((parentRef: unknown) => ({
    parentRef,
    controllerName: 'example.com/as-planned',
    conditions: CONDITIONS.map((type) => ({ type, status: 'True', reason: type, message: '', observedGeneration, lastTransitionTime: '1970-01-01T00:00:00Z' })),
  }));
}

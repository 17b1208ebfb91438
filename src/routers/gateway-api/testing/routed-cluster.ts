import type { Gateway } from '../../../kubernetes/generated/gateway-api-v1.js';
import type { ReferenceGrant } from '../../../kubernetes/generated/gateway-api-v1beta1.js';
import { resources } from '../../../kubernetes/resources.js';
import { HASH_LABEL } from '../../../model/version.js';
import type { RoutingPlan } from '../../router.js';
import { openStage, TestCluster } from '../../testing/cluster.js';
import { syncSlices } from '../../testing/endpoint-slices.js';
import { CANARY, STABLE, reviewsPod, reviewsService } from '../../testing/manifests.js';
import { routeKinds, routeResource, type Route, type RouteKind, type Rule } from '../objects.js';

export const NAMESPACES = ['shop', 'edge'];

/** A route as users write it: without the fields that an API server fills in. */
export function route(rules: readonly Rule[], changes: { name?: string; namespace?: string; kind?: RouteKind; hostnames?: string[] } = {}): Route {
  const { name = 'reviews', namespace = 'shop', kind = 'HTTPRoute', hostnames } = changes;
  const spec = { parentRefs: [{ name: 'web' }], ...(hostnames ? { hostnames } : {}), rules: structuredClone(rules) };
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace }, spec };
}

export function gateway(namespace = 'shop'): Gateway {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'web', namespace }, spec: { gatewayClassName: 'serin-local', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] } };
}

export function grant(namespace: string, from: ReferenceGrant['spec']['from'][number], to: ReferenceGrant['spec']['to'][number]): ReferenceGrant {
  return { apiVersion: 'gateway.networking.k8s.io/v1beta1', kind: 'ReferenceGrant', metadata: { name: `from-${from.namespace}-to-${to.kind.toLowerCase()}`, namespace }, spec: { from: [from], to: [to] } };
}

/** A Service of the workload, two Pods of each version, a Gateway; and, on demand, what the controllers of a cluster do. */
export function routedCluster(): TestCluster {
  const cluster = new TestCluster();
  cluster.put(reviewsService());
  for (const [name, hash] of [['s1', STABLE], ['s2', STABLE], ['c1', CANARY]] as const) cluster.put(reviewsPod(name, hash));
  cluster.put(gateway());
  cluster.put(gateway('edge'));
  settle(cluster);
  return cluster;
}

/** Does what controllers do: slices follow selectors, and parents take routes over. */
export function settle(cluster: TestCluster): void {
  syncSlices(cluster);
  for (const namespace of NAMESPACES) {
    for (const kind of routeKinds) {
      for (const { metadata, spec, status } of cluster.list(routeResource(kind), namespace)) {
        const answers = status?.parents ?? [];
        if (answers.length > 0 && answers.length === spec.parentRefs?.length && answers.every(({ conditions }) => conditions?.every((each) => each.observedGeneration === metadata.generation))) continue;
        const conditions = ['Accepted', 'ResolvedRefs'].map((type) => ({ type, status: 'True' as const, reason: type, message: '', lastTransitionTime: '', observedGeneration: metadata.generation ?? 0 }));
        const parents = (spec.parentRefs ?? []).map((ref) => ({ controllerName: 'serin.dev/local', parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', ...ref }, conditions }));
        cluster.edit(routeResource(kind), metadata.name, (object) => void Object.assign(object, { status: { parents } }), 'gateway', namespace);
      }
    }
  }
}

/** The hash that a Service is pinned to. */
export const pinOf = (cluster: TestCluster, service: string): string | undefined => cluster.get(resources.services, service)?.object.spec?.selector?.[HASH_LABEL];

/** Does what the first stage that is not reached asks for. @returns what is waited for; undefined when all stages are reached */
export function advance(cluster: TestCluster, plan: RoutingPlan): { readonly done: boolean; readonly waitsFor?: string } {
  const stage = openStage(plan);
  if (!stage) return { done: true };
  if (stage.writes.length > 0) stage.writes.forEach((write) => cluster.apply(write));
  else if (stage.waitsUntil !== undefined) cluster.now = stage.waitsUntil;
  else return { done: true, waitsFor: stage.waitsFor ?? '' };
  return { done: false };
}

/** Goes the way of a plan, while controllers follow. @returns what is waited for at the end */
export function followRoutes(cluster: TestCluster, plan: () => RoutingPlan, after: () => void = () => undefined): string | undefined {
  for (let round = 0; round < 60; round++) {
    settle(cluster);
    const { done, waitsFor } = advance(cluster, plan());
    after();
    if (done) return waitsFor;
  }
  throw new Error('the plan has no end');
}

import type { Deployment, ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import type { HorizontalPodAutoscaler } from '../../kubernetes/generated/autoscaling-v2.js';
import type { Pod, Service } from '../../kubernetes/generated/core-v1.js';
import type { EndpointSlice } from '../../kubernetes/generated/discovery-v1.js';
import type { GRPCRoute, HTTPRoute } from '../../kubernetes/generated/gateway-api-v1.js';
import type { DestinationRule, VirtualService } from '../../kubernetes/generated/istio-v1.js';
import type { Ingress } from '../../kubernetes/generated/networking-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { foundNowList, type Reading } from './reading.js';

/** What stands around a workload that is taken over: all of its namespace. */
export interface Surroundings {
  readonly deployments: readonly Deployment[];
  readonly replicaSets: readonly ReplicaSet[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly ingresses: readonly Ingress[];
  readonly autoscalers: readonly HorizontalPodAutoscaler[];
  readonly virtualServices: readonly VirtualService[];
  readonly destinationRules: readonly DestinationRule[];
  readonly routes: readonly (HTTPRoute | GRPCRoute)[];
  /** For how long this has been asked at every look, in milliseconds. */
  waited(what: string): number;
}

/** Reads them; a kind that the cluster does not know has no objects. */
export async function surroundings(reading: Reading, namespace: string, waited: Surroundings['waited']): Promise<Surroundings> {
  const list = foundNowList(reading, namespace);
  const [deployments, replicaSets, pods, services, slices, ingresses, autoscalers, virtualServices, destinationRules, httpRoutes, grpcRoutes] = await Promise.all([
    list(resources.deployments), list(resources.replicaSets), list(resources.pods), list(resources.services), list(resources.endpointSlices), list(resources.ingresses),
    list(resources.horizontalPodAutoscalers), list(resources.virtualServices), list(resources.destinationRules), list(resources.httpRoutes), list(resources.grpcRoutes),
  ]);
  return { deployments, replicaSets, pods, services, slices, ingresses, autoscalers, virtualServices, destinationRules, routes: [...httpRoutes, ...grpcRoutes], waited };
}

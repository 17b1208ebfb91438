import { resources } from '../../../kubernetes/resources.js';
import type { VirtualService } from '../../../kubernetes/generated/istio-v1.js';
import type { RolloutStep } from '../kinds/canary-steps.js';
import type { CanaryStrategy } from '../kinds/strategies.js';
import { RolloutWorld, serviceNamed } from './rollout-world.js';
import { rolloutOf } from './rollouts.js';

/** A canary whose weights are those of a VirtualService `web`, between the first two Services. */
export function istioCanary(steps: RolloutStep[], strategy: Partial<CanaryStrategy>, services: readonly [string, string]): RolloutWorld {
  const route: VirtualService = {
    apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'web' },
    spec: { hosts: ['web.example'], http: [{ route: services.map((host, index) => ({ destination: { host }, weight: index === 0 ? 100 : 0 })) }] },
  };
  return new RolloutWorld(rolloutOf({ canary: { trafficRouting: { istio: { virtualService: { name: 'web' } } }, steps, ...strategy } }), [...services.map(serviceNamed), route]);
}

/** The weights of that VirtualService, by host. */
export function weightsOf(world: RolloutWorld): Record<string, number> {
  const [route] = world.cluster.get(resources.virtualServices, 'web')?.object.spec.http ?? [];
  return Object.fromEntries(route?.route?.map(({ destination: { host }, weight = 0 }) => [host, weight]) ?? []);
}

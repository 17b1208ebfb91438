import { restingWrites } from '../../../routers/two-services/router.js';
import type { RoutingWrite } from '../../../routers/router.js';
import { twoServicesOf } from '../policy/routing.js';
import { ROLLOUTS_HASH_LABEL } from '../pod-template-hash.js';
import { servicesOf } from '../scaling/services.js';
import type { Facts } from '../updates/facts.js';

/**
 * Where traffic goes while no release moves it: all of it to the stable version. A Service that selected Pods of any version so
 * far is narrowed down only once stable has all of its Pods.
 */
export function routesAtRest({ rollout, observed, moving, stable, wanted, newest, replicas, stableHash }: Facts): readonly RoutingWrite[] {
  const config = twoServicesOf(rollout);
  const { namespace = 'default' } = rollout.metadata;
  if (!config || moving || stableHash === '') return [];
  const available = (stable ?? newest)?.status?.availableReplicas ?? 0;
  const isLed = servicesOf(rollout, observed.known).every(({ spec }) => spec?.selector?.[ROLLOUTS_HASH_LABEL] !== undefined);
  if (available < (isLed ? Math.min(1, replicas) : replicas)) return [];
  return restingWrites(config, observed.found, { namespace, hashes: { stable: stableHash, canary: wanted.hash }, hashLabel: ROLLOUTS_HASH_LABEL });
}

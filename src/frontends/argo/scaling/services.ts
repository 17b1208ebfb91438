import type { Service } from '../../../kubernetes/generated/core-v1.js';
import type { KnownObjects } from '../checks/known-objects.js';
import type { Rollout } from '../kinds/rollout.js';

/** A Service of a Rollout's namespace. */
export function serviceOf({ metadata: { namespace = 'default' } }: Rollout, { services = [] }: KnownObjects, name: string | undefined): Service | undefined {
  return name === undefined ? undefined : services.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? namespace) === namespace);
}

/** The names of the Services that a Rollout leads. */
export function serviceNames({ spec: { strategy: { canary, blueGreen } = {} } }: Rollout): string[] {
  const { pingService, pongService } = canary?.pingPong ?? {};
  const names = [canary?.stableService, canary?.canaryService, pingService, pongService, blueGreen?.activeService, blueGreen?.previewService];
  return [...new Set(names.flatMap((name) => (name === undefined || name === '' ? [] : [name])))];
}

/** The Services that a Rollout leads, as far as they are there. */
export const servicesOf = (rollout: Rollout, known: KnownObjects): Service[] => serviceNames(rollout).flatMap((name) => serviceOf(rollout, known, name) ?? []);

/** Those of them that users come by. */
export const servicesOfUsers = (rollout: Rollout, known: KnownObjects): Service[] => servicesOf(rollout, known).filter(({ metadata }) => metadata.name !== rollout.spec.strategy?.blueGreen?.previewService);

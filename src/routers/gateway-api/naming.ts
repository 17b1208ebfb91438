import { resources } from '../../kubernetes/resources.js';
import type { Split } from '../../model/split.js';
import { roles, type Role } from '../../model/version.js';
import type { Found, RoutingWrite, Stage } from '../router.js';
import { barrier, type Acceptance } from '../stages.js';
import { acceptanceOf } from './acceptance.js';
import type { GatewayApiConfig } from './objects.js';
import { patchRoute, type DesiredRule } from './route-patch.js';
import { steeredRules } from './route-plan.js';
import type { SurveyedRoute } from './survey.js';
import type { Targets } from './targets.js';
import { namedRoles, withNamed } from './weights.js';

const CANARY: ReadonlySet<Role> = new Set(['canary']);

/** The versions whose Services are there, so that a route can name them without being refused. */
export function nameable(found: Found, { services }: Targets): Role[] {
  return roles.filter((role) => found.get(resources.services, services[role]) !== undefined);
}

/**
 * Stage `named`: before anything is sent to the canary, every rule names its Service with weight 0, and that has been handed
 * out. Only what takes requests to the canary waits for it: a share that is there already may fall, and rise, at once.
 */
export function namingStage(config: GatewayApiConfig, split: Split, surveyed: readonly SurveyedRoute[], found: Found, targets: Targets): Stage[] {
  if (!leadsToCanary(split)) return [];
  const writes: RoutingWrite[] = [];
  const acceptances: Acceptance[] = [];
  for (const route of surveyed) {
    if (!route.found) continue;
    const { key, added } = route;
    const steered = steeredRules(route, targets);
    const desired = (route.found.object.spec.rules ?? []).map((rule, index): DesiredRule => {
      const own = steered.find(({ state }) => state.index === index);
      if (!own) return added.includes(index) ? { rule } : { rule, from: index };
      return { rule: { ...rule, backendRefs: withNamed(rule.backendRefs ?? [], own.found, CANARY, key.namespace, targets) }, from: index };
    });
    writes.push(...patchRoute(key, route.found.object, added, desired));
    const isIdle = steered.some(({ state }) => state.reading.kind !== 'split' || state.reading.split.shares.canary === 0);
    if (isIdle) acceptances.push(acceptanceOf(key, route.found, found, config, targets.namespace));
  }
  // What was refused is not going to be handed out: the next write may be what ends that.
  return [{ name: 'named', writes, ...barrier([], acceptances.filter((each) => each.accepted || !each.problem)) }];
}

const leadsToCanary = ({ shares, matches = [], mirror = 0, preview }: Split): boolean => shares.canary > 0 || matches.length > 0 || mirror > 0 || preview !== undefined;

/** The versions that a rule goes on naming with weight 0 until that has been handed out: those whose Services are there. */
export function stillNamed({ key, found: route }: SurveyedRoute, index: number, acceptance: Acceptance, found: Found, targets: Targets): ReadonlySet<Role> {
  const named = namedRoles(route?.object.spec.rules?.[index]?.backendRefs ?? [], key.namespace, targets);
  const isRefused = !acceptance.accepted && acceptance.problem !== undefined;
  return new Set(isRefused ? [] : nameable(found, targets).filter((role) => named.has(role)));
}

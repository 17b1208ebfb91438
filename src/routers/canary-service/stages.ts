import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL, type Role } from '../../model/version.js';
import type { Claim, Found, RouterContext, RoutingPlan, Stage } from '../router.js';
import { stoppedBy } from '../stages.js';
import { following } from '../service/endpoints.js';
import { claimSelector, claimedSelector, patchSelector, pinningOf } from '../service/selector.js';
import { editedSelector } from '../service/selector-problems.js';
import { backendsOf } from './backends.js';
import { missingService, versionServiceStage } from './version-service.js';

/**
 * Stage `pin`: the Service that clients use leads to one version alone, and its EndpointSlices have followed. No stage where
 * versions have Services of their own.
 * @param lead the version; stable, but for routers whose product needs ready Pods behind the main Service when the canary has everything
 */
export function pinStage(found: Found, recorded: readonly Claim[], context: RouterContext, lead: Role = 'stable'): RoutingPlan {
  if (backendsOf(context).own) return { stages: [], claims: [...recorded] };
  const name = context.service;
  const service = found.get(resources.services, name)?.object;
  if (!service) {
    return { stages: [stoppedBy(missingService(name), 'pin')], claims: [...recorded] };
  }
  const claimed = claimedSelector(recorded, name) ?? service.spec?.selector ?? {};
  const claims = claimedSelector(recorded, name) ? [...recorded] : [...recorded, claimSelector(name, claimed)];
  if (pinningOf(service.spec?.selector ?? {}, claimed).kind === 'edited') {
    return { stages: [stoppedBy(editedSelector(service, claimed), 'pin')], claims };
  }
  const { hash } = context.versions[lead];
  return { stages: [{ name: 'pin', writes: patchSelector(service, hash), waitsFor: following(found, service, { ...claimed, [HASH_LABEL]: hash }) }], claims };
}

/**
 * Stage `canary-service`: a Service leads to the canary alone, and its EndpointSlices have followed. It comes after `pin`,
 * whose claim tells the selector of the workload. No stage where versions have Services of their own.
 */
export function canaryServiceStage(found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  if (backendsOf(context).own) return { stages: [], claims: [...recorded] };
  return versionServiceStage('canary-service', context.canaryService, context.service, context.versions.canary.hash, found, recorded, context);
}

/**
 * Stage `preview-service`: a Service of this name leads to the canary alone, for people and tests who ask for it. Where
 * versions have Services of their own it is made after the canary's.
 * @param makesCanaryService whether the router has the canary's Service anyway, for its routes
 */
export function previewServiceStage(name: string, found: Found, recorded: readonly Claim[], context: RouterContext, makesCanaryService = true): RoutingPlan {
  const backends = backendsOf(context);
  const pattern = backends.own ? backends.service.canary : context.service;
  if (name === backends.service.canary && (backends.own || makesCanaryService)) return { stages: [], claims: [...recorded] };
  return versionServiceStage('preview-service', name, pattern, context.versions.canary.hash, found, recorded, context);
}

/** The stages of several plans one after the other; each is given the claims of the one before. */
export function inOrder(recorded: readonly Claim[], ...plans: readonly ((claims: readonly Claim[]) => RoutingPlan)[]): RoutingPlan {
  const stages: Stage[] = [];
  let claims = recorded;
  for (const plan of plans) {
    const next = plan(claims);
    stages.push(...next.stages);
    claims = next.claims;
  }
  return { stages, claims: [...claims] };
}

import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL, roles, type Role } from '../../model/version.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, RouterContext, RoutingProblem } from '../router.js';
import { following } from '../service/endpoints.js';
import { claimedSelector, pinningOf } from '../service/selector.js';
import { editedSelector, unpinnedSelector } from '../service/selector-problems.js';
import { backendsOf } from './backends.js';
import { missingService } from './version-service.js';

/** What the Services say. */
export interface ServicesState {
  /** The version that the Service for clients is pinned to; undefined where it is not pinned, or not yet claimed. */
  readonly lead: Role | undefined;
  /** Whether the Service for the canary leads to the canary alone. */
  readonly canary: boolean;
  /** Whether the EndpointSlices of both say what the selectors mean. */
  readonly followed: boolean;
  readonly problems: readonly RoutingProblem[];
}

/** Reads back what `pinStage` and `canaryServiceStage` wrote. Of no meaning where versions have Services of their own. */
export function readServices(found: Found, recorded: readonly Claim[], context: RouterContext): ServicesState {
  if (backendsOf(context).own) return { lead: undefined, canary: true, followed: true, problems: [] };
  const main = found.get(resources.services, context.service)?.object;
  const claimed = claimedSelector(recorded, context.service);
  if (!claimed) return { lead: undefined, canary: false, followed: false, problems: [] };
  if (!main) return { lead: undefined, canary: false, followed: false, problems: [missingService(context.service)] };
  const selector = main.spec?.selector ?? {};
  const pinning = pinningOf(selector, claimed);
  const lead = pinning.kind === 'pinned' ? roles.find((role) => context.versions[role].hash === pinning.hash) : undefined;
  const problems: RoutingProblem[] = [];
  if (pinning.kind === 'edited') problems.push(editedSelector(main, claimed));
  if (pinning.kind === 'everyone' && context.lastWritten !== undefined) problems.push(unpinnedSelector(main));
  const service = found.get(resources.services, context.canaryService)?.object;
  const chosen = service?.spec?.selector ?? {};
  const canary = chosen[HASH_LABEL] === context.versions.canary.hash;
  const theirs = claimedSelector(recorded, context.canaryService);
  if (service && theirs && !isOurObject(service, context.policy) && pinningOf(chosen, theirs).kind === 'edited') problems.push(editedSelector(service, theirs));
  const followed = following(found, main, selector) === undefined && (!service || following(found, service, chosen) === undefined);
  return { lead, canary, followed, problems };
}

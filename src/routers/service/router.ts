import type { Service } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import type { ServiceConfig } from '../../model/policy/routers.js';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { HASH_LABEL } from '../../model/version.js';
import { tidyStage } from '../canary-service/release.js';
import { previewServiceStage } from '../canary-service/stages.js';
import { foreignWriterOf, lastWriterOf } from '../managed-fields.js';
import type { Claim, Found, Router, RouterContext, RoutingPlan, RoutingProblem, RoutingState, Stage } from '../router.js';
import { isReached, stoppedBy } from '../stages.js';
import { checkService, unreachableShares } from './check.js';
import { countByHash, endpointPods, following, selectedPods, type PodNames } from './endpoints.js';
import { shareOfPods } from './reachable.js';
import { claimSelector, claimedSelector, patchSelector, pinningOf, type Selector } from './selector.js';
import { SELECTOR_FIELD, editedSelector, unpinnedSelector } from './selector-problems.js';

export type { ServiceConfig } from '../../model/policy/routers.js';

const byPods = { supported: false, note: 'a Service knows Pods, not requests' } as const;

/** Splits by ready Pods behind the one Service, which it pins to a version where that is to get everything. */
export const serviceRouter: Router<ServiceConfig> = {
  name: 'service',
  watches: [resources.services, resources.endpointSlices, resources.pods],
  capabilities: {
    weights: { supported: true, note: 'by Pod count' },
    headers: byPods, cookies: byPods, regex: byPods, mirror: byPods, mirrorMatches: byPods, sticky: byPods,
    previewPath: byPods, previewHost: byPods, previewService: { supported: true }, ownServices: { supported: false }, ownSubsets: { supported: false },
  },
  check: checkService,
  unreachable: unreachableShares,
  write: writeSplit,
  read: readSplit,
  release: releaseSelector,
};

function writeSplit(config: ServiceConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const service = found.get(resources.services, context.service)?.object;
  const [problem] = checkService(config, found, context).filter(({ severity, place }) => severity !== 'warning' && (claimedSelector(recorded, context.service) === undefined || !place.endsWith('spec.selector')));
  if (!service || problem) return { stages: [stoppedBy(problem ?? missing(context.service), 'selector')], claims: [...recorded] };

  const claimed = claimedSelector(recorded, context.service) ?? service.spec?.selector ?? {};
  const claims = claimedSelector(recorded, context.service) ? [...recorded] : [...recorded, claimSelector(context.service, claimed)];
  if (pinningOf(service.spec?.selector ?? {}, claimed).kind === 'edited') return { stages: [stoppedBy(editedSelector(service, claimed), 'selector')], claims };

  const hash = split.shares.canary === 0 ? context.versions.stable.hash : split.shares.stable === 0 ? context.versions.canary.hash : undefined;
  const preview = split.preview?.service === undefined ? undefined : previewServiceStage(split.preview.service, found, claims, context, false);
  return {
    stages: [...selectorStages(service, claimed, hash, found), ...(preview?.stages ?? []), ...tidying(found, claims, context, split.preview?.service === undefined ? [] : [split.preview.service])],
    claims: [...(preview?.claims ?? claims)],
  };
}

/** Away with Services for previews that are not asked for any more. */
function tidying(found: Found, claims: readonly Claim[], context: Pick<RouterContext, 'policy' | 'service' | 'canaryService'>, keep?: readonly string[]): Stage[] {
  const stage = tidyStage(found, claims, context, keep);
  return isReached(stage) ? [] : [stage];
}

/** @param hash undefined to choose all versions */
function selectorStages(service: Service, claimed: Selector, hash: string | undefined, found: Found): Stage[] {
  const selector = hash === undefined ? claimed : { ...claimed, [HASH_LABEL]: hash };
  return [
    { name: 'selector', writes: patchSelector(service, hash), waitsFor: undefined },
    { name: 'endpoints', writes: [], waitsFor: following(found, service, selector) },
  ];
}

function readSplit(_config: ServiceConfig, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingState {
  const service = found.get(resources.services, context.service)?.object;
  const claimed = claimedSelector(recorded, context.service);
  if (!claimed) return { written: undefined, accepted: undefined, problems: [] };
  if (!service) return { written: undefined, accepted: undefined, problems: [missing(context.service)] };

  const selector = service.spec?.selector ?? {};
  const pinning = pinningOf(selector, claimed);
  if (pinning.kind === 'edited') return { written: undefined, accepted: undefined, problems: [editedSelector(service, claimed)] };
  const chosen: PodNames = new Set(selectedPods(found, service, selector).map(({ metadata }) => metadata.name));
  const written = pinning.kind === 'pinned' ? pinnedSplit(pinning.hash, context) : countedSplit(found, chosen, context);
  const followed = following(found, service, selector) === undefined;
  const accepted = followed ? (pinning.kind === 'pinned' ? written : countedSplit(found, endpointPods(found, context.service), context)) : undefined;

  const last = context.lastWritten?.shares.canary;
  const wasPinned = last === 0 || last === WHOLE;
  // Without a record of who wrote it, an unpinned Service over one version only is none of our doing.
  const byOthers = lastWriterOf(service, SELECTOR_FIELD) === undefined ? written === undefined : foreignWriterOf(service, SELECTOR_FIELD) !== undefined;
  const unpinned = pinning.kind === 'everyone' && wasPinned && byOthers;
  return { written, accepted, problems: unpinned ? [unpinnedSelector(service)] : [] };
}

function pinnedSplit(hash: string, { versions }: RouterContext): Split | undefined {
  return hash === versions.stable.hash ? splitOf(0) : hash === versions.canary.hash ? splitOf(WHOLE) : undefined;
}

/** Undefined where only one version has Pods: then nothing holds the share when Pods of the other come. */
function countedSplit(found: Found, pods: PodNames, { versions }: RouterContext): Split | undefined {
  const counts = countByHash(found, pods);
  const [stable, canary] = [counts.get(versions.stable.hash) ?? 0, counts.get(versions.canary.hash) ?? 0];
  return stable === 0 || canary === 0 ? undefined : splitOf(shareOfPods(canary, stable));
}

function releaseSelector(_config: ServiceConfig, found: Found, recorded: readonly Claim[], context: Omit<RouterContext, 'versions'>): RoutingPlan {
  const service = found.get(resources.services, context.service)?.object;
  const claimed = claimedSelector(recorded, context.service);
  const claims = [...recorded];
  if (!service || !claimed) return { stages: tidying(found, claims, context), claims };
  const selector = service.spec?.selector ?? {};
  const pinning = pinningOf(selector, claimed);
  if (pinning.kind === 'edited') {
    // Someone's own selector is left to them, unless a hash is still in it.
    return { stages: selector[HASH_LABEL] === undefined || claimed[HASH_LABEL] !== undefined ? [] : [stoppedBy(editedSelector(service, claimed), 'selector')], claims };
  }
  return { stages: [...selectorStages(service, claimed, claimed[HASH_LABEL], found), ...tidying(found, claims, context)], claims };
}

function missing(service: string): RoutingProblem {
  return { place: `Service ${service}`, problem: 'was deleted while a release steers by it', remedy: 'apply it again, or abort the release; there is nothing left to put back' };
}

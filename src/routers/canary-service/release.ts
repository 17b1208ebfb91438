import { resources } from '../../kubernetes/resources.js';
import { HASH_LABEL } from '../../model/version.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, ReleaseContext, RoutingWrite, Stage } from '../router.js';
import { stoppedBy } from '../stages.js';
import { following } from '../service/endpoints.js';
import { claimedSelector, patchSelector, pinningOf } from '../service/selector.js';
import { editedSelector } from '../service/selector-problems.js';
import { previewServiceName } from './backends.js';
import { referrersOf } from './references.js';

type Context = Pick<ReleaseContext, 'policy' | 'service' | 'canaryService'>;

/** First of all when a release leaves: stage `unpin`, the Service that clients use leads where it was found to lead. */
export function unpinStage(found: Found, recorded: readonly Claim[], { service: name }: Context): Stage[] {
  const service = found.get(resources.services, name)?.object;
  const claimed = claimedSelector(recorded, name);
  if (!service || !claimed) return [];
  const selector = service.spec?.selector ?? {};
  if (pinningOf(selector, claimed).kind !== 'edited') {
    return [{ name: 'unpin', writes: patchSelector(service, claimed[HASH_LABEL]), waitsFor: following(found, service, claimed) }];
  }
  // Someone's own selector is left to them, unless a hash is still in it.
  if (selector[HASH_LABEL] === undefined || claimed[HASH_LABEL] !== undefined) return [];
  return [stoppedBy(editedSelector(service, claimed), 'unpin')];
}

/**
 * Last of all: stage `tidy`. Services that Serin made are deleted and the user's own get their selectors back, those that
 * routers name when no known route names them any more. When a release leaves, that is waited for; while it goes on, what is
 * named stays, and so does the Service for previews by route, which another router may just be about to name. A Service that a
 * policy asked for by name goes at once: only routes of the user's lead there, and they may stay for the next preview.
 * @param keep names of Services that are still wanted; undefined when a release leaves
 */
export function tidyStage(found: Found, recorded: readonly Claim[], context: Context, keep?: readonly string[]): Stage {
  const writes: RoutingWrite[] = [];
  let waitsFor: string | undefined;
  const forRoutes = [context.canaryService, previewServiceName(context)];
  const kept = keep && [...keep, previewServiceName(context)];
  for (const service of found.list(resources.services)) {
    const { name, resourceVersion = '' } = service.metadata;
    if (name === context.service || kept?.includes(name) === true) continue;
    const claimed = claimedSelector(recorded, name);
    const ours = isOurObject(service, context.policy);
    const back = claimed && pinningOf(service.spec?.selector ?? {}, claimed).kind === 'pinned' ? patchSelector(service, claimed[HASH_LABEL]) : [];
    if (!ours && back.length === 0) continue;
    const referrers = ours && forRoutes.includes(name) ? referrersOf(found, name) : [];
    if (referrers.length > 0 && kept) continue;
    if (referrers.length > 0) waitsFor ??= `${referrers.join(', ')} still ${referrers.length === 1 ? 'leads' : 'lead'} to Service ${name}`;
    else if (ours) writes.push({ action: 'delete', resource: resources.services, name, resourceVersion });
    else writes.push(...back);
  }
  return { name: 'tidy', writes, waitsFor };
}

import { describeMatch, describeMirrored } from '../model/match.js';
import { message } from '../model/messages.js';
import { describePreview } from '../model/preview.js';
import { deepEqual } from '../model/json.js';
import type { Release } from '../model/release.js';
import { WHOLE } from '../model/split.js';
import type { Draft } from './draft.js';
import { formatShare } from './formatting.js';
import type { Observation } from './observation.js';
import { plannedTraffic, type PlannedTraffic } from './planned.js';
import { shareForReadyPods } from './routing.js';
import { sameTraffic, type Traffic } from './same-traffic.js';
import { podsNeeded } from './sizes.js';

/** Keeps rule 2 between steps: traffic only where there are ready Pods; brings it back when they are there again. */
export function keepTraffic(draft: Draft, release: Release, observation: Observation, index: number): void {
  const replicas = observation.workload?.replicas ?? 0;
  const before = plannedTraffic(release, index - 1, replicas);
  const wanted = plannedTraffic(release, index, replicas);
  const ready = observation.replicaSets.canary?.ready ?? 0;
  const enough = (share: number): boolean => ready >= podsNeeded(release, index, share, replicas);
  const present = draft.intent.share;
  // A share rises only when the Pods for it are ready; a paused release raises none.
  let next = Math.max(Math.min(before.share, wanted.share), Math.min(present, wanted.share));
  if (!enough(next)) next = Math.min(next, present);
  if (wanted.share > present && enough(wanted.share)) next = wanted.share;
  if (release.spec.paused) next = Math.min(next, present);
  const share = shareForReadyPods(replicas === 0 && release.spec.plan.leaves !== true ? present : next, observation, !release.spec.paused);
  askTraffic(draft, release, observation, { share, ...askedBeside(draft, release, index, replicas, enough(wanted.share)) }, next);
}

/** What is asked beside shares: what the step says once its Pods are ready, and before what the last one said; a paused release asks nothing new. */
export function askedBeside(draft: Draft, release: Release, index: number, replicas: number, isReady: boolean): TrafficBeside {
  if (release.spec.paused) return trafficBeside(draft);
  const wanted = plannedTraffic(release, index, replicas);
  const { share: _share, ...beside } = reached(draft, wanted) || isReady ? wanted : plannedTraffic(release, index - 1, replicas);
  return beside;
}

/** All that is asked of routers beside shares. */
type TrafficBeside = Omit<PlannedTraffic, 'share'>;

const trafficBeside = ({ intent }: Draft): TrafficBeside => ({ matches: intent.matches ?? [], mirror: intent.mirror ?? 0, mirrors: intent.mirrors ?? [] });

const reached = ({ intent }: Draft, { matches, mirror, mirrors }: TrafficBeside): boolean =>
  deepEqual(intent.matches ?? [], matches) && (intent.mirror ?? 0) === mirror && deepEqual(intent.mirrors ?? [], mirrors);

/**
 * Asks for traffic and says why, when it is other than before. Matches, mirrors and previews are asked only while the
 * canary has ready Pods and does not have everything anyway. @param planned the share without regard to ready Pods
 */
export function askTraffic(draft: Draft, release: Release, observation: Observation, { share, matches, mirror, mirrors }: PlannedTraffic, planned: number): void {
  const ready = observation.replicaSets.canary?.ready ?? 0;
  const trial = ready > 0 && share < WHOLE;
  const traffic: Traffic = {
    share,
    ...(trial && matches.length > 0 ? { matches: [...matches] } : {}),
    ...(trial && mirror > 0 ? { mirror } : {}),
    ...(trial && mirrors.length > 0 ? { mirrors: [...mirrors] } : {}),
    ...(trial && release.spec.plan.preview ? { preview: true } : {}),
  };
  const { intent } = draft;
  if (intent.routing === 'split' && sameTraffic(intent, traffic)) return;
  draft.route(traffic);
  if (intent.share !== share || intent.routing !== 'split') {
    const why = share === planned ? 'PlanAsks' : ready === 0 ? 'NoReadyCanary' : 'NoReadyStable';
    draft.happen(message('ShareAsked', { share: formatShare(share), why: `@${why}` }));
  }
  if (traffic.matches && !deepEqual(intent.matches, traffic.matches)) draft.happen(message('MatchesAsked', { what: traffic.matches.map(describeMatch).join('; ') }));
  if (traffic.mirror !== undefined && intent.mirror !== traffic.mirror) draft.happen(message('MirrorAsked', { share: formatShare(traffic.mirror) }));
  if (traffic.mirrors && !deepEqual(intent.mirrors, traffic.mirrors)) draft.happen(message('MirrorsAsked', { what: traffic.mirrors.map(describeMirrored).join('; ') }));
  if (traffic.preview && !intent.preview) draft.happen(message('PreviewAsked', { where: describePreview(release.spec.plan.preview ?? {}) }));
}

/** Keeps what matches and mirrors there are and asks for this share. */
export function askShare(draft: Draft, release: Release, observation: Observation, share: number, planned: number): void {
  askTraffic(draft, release, observation, { share, ...trafficBeside(draft) }, planned);
}

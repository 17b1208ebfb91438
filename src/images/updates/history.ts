import type { ImageUpdate } from '../../model/images/image-update.js';
import type { Release } from '../../model/release.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import { formatImage } from '../matching/image-reference.js';
import { isEnded, phaseOf } from './phases.js';

/** How many ended updates are kept where the policy does not say. */
const LIMIT = 20;
/** None goes before that, in milliseconds: a webhook that is sent again is known by its update, and later by its mark. */
const REMEMBERED = 24 * 3_600_000;
/** How long a release is looked for, in milliseconds; a policy may wait for a free place, or for a freeze to end. */
const RELEASE_WITHIN = 7 * 24 * 3_600_000;

/** The ended updates of a policy that are kept no longer, oldest first. */
export function outdatedUpdates(updates: readonly ImageUpdate[], { spec }: ImagePolicy, now: number): ImageUpdate[] {
  const ended = updates.filter(isEnded).sort((a, b) => endOf(b) - endOf(a));
  return ended.slice(spec.historyLimit ?? LIMIT).filter((each) => now - endOf(each) > REMEMBERED).reverse();
}

const endOf = ({ status, spec }: ImageUpdate): number => Date.parse(status?.endedAt ?? spec.receivedAt);

/** The release that an update led to: the first of its workload with the image since it was applied. Undefined while there is none. */
export function releaseOf(update: ImageUpdate, { spec: { workload } }: ImagePolicy, releases: readonly Release[], now: number): string | undefined {
  const since = endOf(update);
  if (phaseOf(update) !== 'Applied' || update.status?.release !== undefined || now - since > RELEASE_WITHIN) return undefined;
  const { image: repository, tag } = update.spec;
  const texts = [formatImage({ repository, tag, digest: undefined }), formatImage({ repository, tag, digest: update.spec.digest })];
  const found = releases.filter(({ metadata, spec }) => {
    const isOwn = workload.deployment !== undefined ? spec.workload.name === workload.deployment : workload.policy !== undefined ? spec.policy === workload.policy : spec.canary.replicaSet.startsWith(`${workload.rollout ?? ''}-`);
    // Both are in whole seconds, and the release follows the change that the status follows.
    return isOwn && Date.parse(metadata.creationTimestamp ?? '') >= since - 2000 && (spec.canary.images ?? '').split(', ').some((each) => texts.includes(each));
  });
  return found.sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))[0]?.metadata.name;
}

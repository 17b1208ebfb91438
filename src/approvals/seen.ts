import { isForbidden, isNotFound } from '../cluster/api-error.js';
import type { ClusterClient } from '../cluster/client.js';
import { imageDigests } from '../kubernetes/image-digests.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import { resources } from '../kubernetes/resources.js';
import type { ApprovalSpec } from '../model/approval.js';
import type { Release } from '../model/release.js';
import { digestsIn, planMark } from '../model/release-mark.js';
import { hashLabelOf } from '../model/version.js';
import type { Giving } from './giving.js';

export type Seen = NonNullable<ApprovalSpec['seen']>;

/**
 * What there is to see of a release now: its plan, and the digests of the images that its canary's Pods run. Before there are
 * Pods, those that the images are pinned to; none where that is not known either.
 * @param pods those of its namespace, and the containers of its canary that count; all that carry its hash when absent
 */
export function seenOf(release: Release, pods: readonly Pod[]): Seen {
  const { canary } = release.spec;
  const label = hashLabelOf(release);
  const own = pods.filter(({ metadata }) => metadata.labels?.[label] === canary.hash && metadata.deletionTimestamp === undefined);
  const images = imageDigests(own, new Set(own.flatMap(({ spec }) => spec.containers.filter(({ image }) => isNamed(image, canary.images)).map(({ name }) => name))));
  return { plan: planMark(release.spec), images: images.length > 0 ? images : digestsIn(canary.images) };
}

/** Whether an image is one of the version, and not of what others put into its Pods. */
const isNamed = (image: string | undefined, images: string | undefined): boolean => image !== undefined && (images ?? '').split(', ').includes(image);

/** The same, looked up. Who may not look at Pods sees the plan alone. */
export async function lookAt(client: ClusterClient, release: Release, giving: Giving = {}): Promise<Seen> {
  const { namespace = '' } = release.metadata;
  try {
    const { items } = await client.list(resources.pods, { namespace, labelSelector: `${hashLabelOf(release)}=${release.spec.canary.hash}`, ...giving });
    return seenOf(release, items);
  } catch (error) {
    if (!isForbidden(error) && !isNotFound(error)) throw error;
    return seenOf(release, []);
  }
}

import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate } from '../../model/images/image-update.js';
import { chooseTag, type TagRules } from '../matching/tag-rules.js';
import { RegistryProblem } from '../registry/registry-problem.js';
import { phaseOf } from '../updates/phases.js';
import { takeUp } from '../updates/take-up.js';
import type { ImageWorkload } from '../workloads/workload.js';
import type { PollAnswer } from './poller.js';

/** What follows from an answer of a registry for one policy. */
export interface Polled {
  /** To be created. */
  readonly create?: ImageUpdate;
  /** To be deleted first: an earlier update to the same digest, to which the tag has come back. */
  readonly remove?: ImageUpdate;
  /** The highest tag that counts. */
  readonly latest: string;
  /** sameTag: the digest that the tag has. */
  readonly digest?: string;
}

/**
 * Looks for what a policy would take up. A digest that is seen for the first time is what everything is compared with from then on.
 * @param lastDigest sameTag: that the tag had when the registry was asked before @throws RegistryProblem
 */
export async function polledImage(policy: ImagePolicy, rules: TagRules, workload: ImageWorkload, updates: readonly ImageUpdate[], answer: PollAnswer, lastDigest: string | undefined, now: number): Promise<Polled> {
  const [container] = workload.containers;
  if (!container) throw new RegistryProblem('no container runs the image');
  const { repository, tag = '', digest: pinned } = container.image;
  const repositories = [repository];
  if (rules.sameTag) {
    if (tag === '') throw new RegistryProblem(`the workload names ${repository} by its digest alone, so there is no tag to ask for; name the tag as well`);
    const digest = await answer.digestOf(tag);
    if (digest === undefined) throw new RegistryProblem(`${repository} has no tag ${tag}; push it again`);
    const present = pinned ?? lastDigest;
    if (present === undefined || digest === lastDigest) return { latest: tag, digest };
    const earlier = updates.find(({ spec, ...each }) => spec.tag === tag && spec.digest === digest && ['Applied', 'Superseded'].includes(phaseOf({ spec, ...each })));
    const taken = takeUp({ repositories, tag, digest, source: 'poll' }, policy, workload, updates.filter((each) => each !== earlier), now, { tag, digest: present });
    return { latest: tag, digest, ...(taken.outcome === 'new' ? { create: taken.update, ...(earlier ? { remove: earlier } : {}) } : {}) };
  }
  const running = container.image.tag === undefined ? undefined : { tag, digest: pinned };
  const chosen = chooseTag(rules, answer.tags ?? [], running);
  if (chosen === undefined) return { latest: tag };
  const word = { repositories, tag: chosen, source: 'poll' as const };
  // Not worth a question where nothing comes of it.
  if (takeUp(word, policy, workload, updates, now).outcome !== 'new') return { latest: chosen };
  const digest = await answer.digestOf(chosen).catch((error: unknown) => {
    if (error instanceof RegistryProblem) return undefined;
    throw error;
  });
  const taken = takeUp({ ...word, digest }, policy, workload, updates, now);
  return { latest: chosen, ...(taken.outcome === 'new' ? { create: taken.update } : {}) };
}

import { isConflict, isNotFound } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdate } from '../../model/images/image-update.js';
import { serinResources } from '../../model/resources.js';
import type { Clock } from '../../ports/clock.js';
import { canonicalRepository, parseImage, sameRepository } from '../matching/image-reference.js';
import { takeUp, type Word } from '../updates/take-up.js';
import { isProblem, readWorkload, type FindObject } from '../workloads/workload.js';
import type { AcceptedImage, IgnoredImage } from './webhook.js';

interface Parts {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly namespace?: string;
}

/** Tells words of images to all policies whose image it is. @throws ApiError, TransportError */
export async function tellPolicies(words: readonly Word[], parts: Parts): Promise<{ readonly accepted: AcceptedImage[]; readonly ignored: IgnoredImage[] }> {
  const { client } = parts;
  const place = parts.namespace === undefined ? {} : { namespace: parts.namespace };
  const { items: policies } = await client.list(serinResources.imagePolicies, place);
  const accepted: AcceptedImage[] = [];
  const ignored: IgnoredImage[] = [];
  const updates = rememberedUpdates(client);
  for (const word of words) {
    const meant = policies.filter((policy) => mayMean(policy, word));
    let found = 0;
    for (const policy of meant) {
      const id = `${policy.metadata.namespace ?? ''}/${policy.metadata.name}`;
      const answer = await tellPolicy(word, policy, await updates(policy.metadata.namespace ?? ''), parts);
      if (answer === undefined) continue;
      found++;
      if (typeof answer === 'string') ignored.push({ policy: id, why: answer });
      else accepted.push({ policy: id, update: answer.metadata.name });
    }
    if (found === 0) ignored.push({ policy: '*', why: `no ImagePolicy looks after ${word.repositories[0] ?? ''}` });
  }
  return { accepted, ignored };
}

/** Whether a policy may be about this image, by what it says and by what was seen to run; undecided is yes. */
function mayMean({ spec, status }: ImagePolicy, { repositories }: Word): boolean {
  const wanted = repositories.flatMap((each) => canonicalRepository(each) ?? []);
  if (spec.image !== undefined) return wanted.includes(canonicalRepository(spec.image) ?? '');
  const seen = status?.image?.split(', ').flatMap((each) => parseImage(each)?.repository ?? []);
  return wanted.length > 0 && (seen === undefined || seen.length === 0 || seen.some((each) => repositories.some((other) => sameRepository(each, other))));
}

/** @returns the update, why there is none, or undefined where the policy is about another image */
async function tellPolicy(word: Word, policy: ImagePolicy, updates: readonly ImageUpdate[], { client, clock }: Parts): Promise<ImageUpdate | string | undefined> {
  const { spec, metadata } = policy;
  const workload = await readWorkload(policy, finderOf(client));
  if (isProblem(workload)) return spec.image === undefined ? undefined : workload.problem;
  if (!workload.containers.some(({ image }) => word.repositories.some((each) => sameRepository(each, image.repository)))) return undefined;
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  if (spec.events === false) return 'it listens to no webhooks (spec.events is false)';
  if (spec.paused) return 'it is paused (spec.paused)';
  const taken = takeUp(word, policy, workload, updates.filter((update) => update.spec.policy === metadata.name), clock.now());
  if (taken.outcome === 'ignored') return taken.why;
  if (taken.outcome === 'known') return taken.update;
  try {
    return await client.create(serinResources.imageUpdates, taken.update);
  } catch (error) {
    // Told twice at once.
    if (isConflict(error)) return taken.update;
    throw error;
  }
}

/** Reads objects one at a time; a kind that the cluster does not serve has none. */
export const finderOf = (client: Pick<ClusterClient, 'find'>, signal?: AbortSignal): FindObject => async (resource, name) => {
  try {
    return await client.find(resource, name, signal === undefined ? {} : { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
};

function rememberedUpdates(client: ClusterClient): (namespace: string) => Promise<ImageUpdate[]> {
  const known = new Map<string, Promise<ImageUpdate[]>>();
  return (namespace) => {
    const listed = known.get(namespace) ?? client.list(serinResources.imageUpdates, { namespace }).then(({ items }) => items);
    known.set(namespace, listed);
    return listed;
  };
}

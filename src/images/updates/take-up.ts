import { createHash } from 'node:crypto';
import { timestamp } from '../../kubernetes/conditions.js';
import { ownerReference } from '../../kubernetes/owners.js';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageSource, ImageUpdate } from '../../model/images/image-update.js';
import { API_VERSION, MANAGED_BY, serinResources } from '../../model/resources.js';
import { canonicalRepository, isTag, sameRepository } from '../matching/image-reference.js';
import { TagRuleError } from '../matching/tag-rule-error.js';
import { tagRules, type TaggedDigest } from '../matching/tag-rules.js';
import { containersOf, type ImageWorkload } from '../workloads/workload.js';
import { isForgotten } from './forgotten.js';
import { isEnded, phaseOf } from './phases.js';

/** Word of an image, from whichever door. */
export interface Word extends TaggedDigest {
  /** Any of the repositories that may be meant. */
  readonly repositories: readonly string[];
  readonly source: ImageSource;
  /** Who sent it, as the door knows them. */
  readonly by?: string | undefined;
  /** The person who wrote the version, where the sender names one. */
  readonly person?: string | undefined;
}

/** What becomes of a word: a new ImageUpdate, the one that is there for it, or nothing. */
export type TakenUp =
  | { readonly outcome: 'new'; readonly update: ImageUpdate }
  | { readonly outcome: 'known'; readonly update: ImageUpdate }
  | { readonly outcome: 'ignored'; readonly why: string };

/**
 * Decides whether a policy takes an image up.
 * @param updates of this policy @param now milliseconds since the epoch @param running in place of what the template names
 */
export function takeUp(word: Word, policy: ImagePolicy, workload: Pick<ImageWorkload, 'containers'>, updates: readonly ImageUpdate[], now: number, running?: TaggedDigest): TakenUp {
  if (!isTag(word.tag)) return ignored(`"${word.tag.slice(0, 140)}" is no tag`);
  const [container] = word.repositories.flatMap((repository) => containersOf(workload, repository));
  if (!container) return ignored('none of its containers runs this image');
  const { repository, tag = '', digest } = container.image;
  const present = running ?? { tag, digest };
  try {
    const rules = tagRules(policy.spec.tags);
    const verdict = rules.judge(word, tag === '' && running === undefined ? undefined : present);
    if (!verdict.takes) return ignored(verdict.why);
    const own = updates.filter(({ spec }) => sameRepository(spec.image, repository));
    // Told twice, with a digest or without, is told once; another digest is another image.
    const known = own.find(({ spec }) => spec.tag === word.tag && (spec.digest === word.digest || ((spec.digest === undefined || word.digest === undefined) && !rules.sameTag)));
    if (known) return isEnded(known) ? ignored(`${word.tag} was taken up before by ImageUpdate ${known.metadata.name}, which is ${phaseOf(known)}; delete that to take it up again`) : { outcome: 'known', update: known };
    // A registry that is asked whether a tag has another digest says what is so now, and not what was.
    if (!(rules.sameTag && word.source === 'poll') && isForgotten(policy, { image: repository, tag: word.tag, digest: word.digest }, rules.sameTag)) {
      return ignored(`${word.tag} was taken up before, longer ago than its ImageUpdate is kept; name it in the workload to run it again`);
    }
    const ahead = own.find((each) => !isEnded(each) && (rules.compare(each.spec.tag, word.tag) ?? 0) > 0);
    if (ahead) return ignored(`${word.tag} is lower than ${ahead.spec.tag}, which ImageUpdate ${ahead.metadata.name} is about to bring`);
    return { outcome: 'new', update: newUpdate(word, policy, repository, container.text, now) };
  } catch (error) {
    if (error instanceof TagRuleError) return ignored(`its rules cannot be used: ${error.message}. ${error.remedy}`);
    throw error;
  }
}

const ignored = (why: string): TakenUp => ({ outcome: 'ignored', why });

function newUpdate({ tag, digest, source, by, person }: Word, policy: ImagePolicy, image: string, from: string, now: number): ImageUpdate {
  const { name, namespace = '', uid } = policy.metadata;
  const sender = by ?? person;
  return {
    apiVersion: API_VERSION,
    kind: serinResources.imageUpdates.kind,
    metadata: {
      name: updateName(policy, image, tag, digest), namespace,
      labels: { ...MANAGED_BY },
      ...(uid === undefined ? {} : { ownerReferences: [ownerReference(policy)] }),
    },
    spec: {
      policy: name, image, tag, source, receivedAt: timestamp(now),
      ...(uid === undefined ? {} : { policyUid: uid }),
      ...(digest === undefined ? {} : { digest }),
      ...(from === '' ? {} : { from }),
      ...(sender === undefined ? {} : { by: sender.slice(0, 253) }),
      ...(person === undefined ? {} : { author: person.slice(0, 253) }),
    },
  };
}

/** The same for the same image, so that what is told twice is one object. */
function updateName({ metadata: { name, uid = '' } }: ImagePolicy, image: string, tag: string, digest = ''): string {
  const mark = createHash('sha256').update([uid, canonicalRepository(image) ?? image, tag, digest].join('\n')).digest('hex').slice(0, 10);
  const readable = tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '').slice(0, 40).replace(/-$/, '');
  return [name.slice(0, 200).replace(/[-.]+$/, ''), ...(readable === '' ? [] : [readable]), mark].join('-');
}

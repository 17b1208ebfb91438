import { createHash } from 'node:crypto';
import type { ImagePolicy } from '../../model/images/image-policy.js';
import type { ImageUpdateSpec } from '../../model/images/image-update.js';
import { canonicalRepository } from '../matching/image-reference.js';

/** How many images are known again whose ImageUpdates are gone, so that a status stays small: 20 characters each. */
export const REMEMBERED_MARKS = 1000;

type Image = Pick<ImageUpdateSpec, 'image' | 'tag'> & { readonly digest?: string | undefined };

/** What is remembered of images whose updates are let go, with what was before: the last ones, by marks that `isForgotten` reads. */
export function withForgotten({ status }: Pick<ImagePolicy, 'status'>, updates: readonly { readonly spec: Image }[]): string {
  const marks = updates.map(({ spec }) => markOf(spec));
  const before = marksIn(status?.forgotten).filter((each) => !marks.includes(each));
  return [...before, ...new Set(marks)].slice(-REMEMBERED_MARKS).join(' ');
}

/**
 * Whether a policy took an image up whose update is gone: an old delivery that comes again. Told without a digest, or taken up without
 * one, the tag alone says so. @param exact whether only the digest counts
 */
export function isForgotten({ status }: Pick<ImagePolicy, 'status'>, image: Image, exact: boolean): boolean {
  const [wanted = '', digest] = markOf(image).split('@');
  return marksIn(status?.forgotten).some((mark) => {
    const [tag, known] = mark.split('@');
    return tag === wanted && (known === digest || (!exact && (known === undefined || digest === undefined)));
  });
}

const marksIn = (text = ''): string[] => text.split(' ').filter((each) => each !== '');

/** Names an image and tag, and behind an @ the digest, in a few characters. */
function markOf({ image, tag, digest }: Image): string {
  const tagged = shortHash(`${canonicalRepository(image) ?? image}:${tag}`, 12);
  return digest === undefined ? tagged : `${tagged}@${shortHash(digest, 8)}`;
}

const shortHash = (text: string, length: number): string => createHash('sha256').update(text).digest('base64url').slice(0, length);

import type { ImagePolicyStatus } from '../model/images/image-policy.js';
import { formatImage, parseImage } from './matching/image-reference.js';

/** What is known of a policy from asking its registry, and stands in its status only now and then. */
export interface PolledMemory {
  /** Milliseconds since the epoch of the last answer. */
  readonly at?: number;
  readonly latest?: string;
  /** sameTag: the digest that the tag had last, and of which image that was, as `repository:tag`. */
  readonly digest?: string;
  readonly digestOf?: string;
  /** Why there was no answer, as a sentence without its end. */
  readonly problem?: string;
}

/** `repository:tag` of the first of the images in a text, as they stand in a status; undefined where there is none. */
export function taggedImage(texts: string | undefined): string | undefined {
  const image = parseImage(texts?.split(', ')[0] ?? '');
  return image && formatImage({ ...image, digest: undefined });
}

/**
 * sameTag: the digest that the tag of this image had when the registry was asked last; undefined where nobody asked for this image.
 * @param text of the image that the workload names now
 */
export function lastDigest(text: string | undefined, memory: PolledMemory | undefined, status: ImagePolicyStatus | undefined): string | undefined {
  const image = taggedImage(text);
  if (image === undefined) return undefined;
  if (memory?.digestOf === image) return memory.digest;
  return taggedImage(status?.image) === image ? status?.digest : undefined;
}

/** By policy, as `namespace/name`. */
export type ImageMemory = Map<string, PolledMemory>;

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits that nobody can guess, as text for URLs and headers. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

/** The name that a secret is remembered by: whoever reads memory's keys cannot use it. */
export const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** Takes the same time whatever is wrong. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

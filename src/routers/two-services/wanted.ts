import { WHOLE, type Split } from '../../model/split.js';
import type { Wanted } from './members.js';

/** What nothing but weights at 0 is. */
export const NOTHING: Wanted = { weight: 0, matches: [], mirrors: [] };

/** What a split asks of the objects that name both versions. Copies of a part of all requests are copies of those that nothing is asked of. */
export function wantedOf({ shares, matches = [], mirror = 0, mirrors = [] }: Split): Wanted {
  const trial = shares.canary < WHOLE;
  return { weight: shares.canary, matches: trial ? matches : [], mirrors: trial ? [...mirrors, ...(mirror > 0 ? [{ share: mirror, matches: [{}] }] : [])] : [] };
}

/** Whether the canary gets any requests. */
export const asksCanary = ({ weight, matches, mirrors }: Wanted): boolean => weight > 0 || matches.length > 0 || mirrors.length > 0;

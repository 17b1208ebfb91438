import { describeMatch, describeMirrored } from '../../model/match.js';
import { describePreview } from '../../model/preview.js';
import type { Split } from '../../model/split.js';
import { formatShare } from '../output/quantities.js';

/** What of a split is no share. */
export interface BesideShares extends Omit<Split, 'shares' | 'sticky'> {
  readonly sticky?: { readonly cookie: string };
}

/** Requests that reach the canary in another way than by its share, a line each. */
export function besideTexts({ matches = [], mirror, mirrors = [], preview, sticky }: BesideShares): string[] {
  return [
    ...matches.map((match) => `${describeMatch(match)} to the canary`),
    ...mirrors.map((each) => `copies of ${describeMirrored(each)} to the canary`),
    ...(mirror === undefined ? [] : [`copies of ${formatShare(mirror)} of the requests to the canary`]),
    ...(preview ? [`preview by ${describePreview(preview)}`] : []),
    ...(sticky ? [`users stay with the version that they met, by the cookie ${sticky.cookie}`] : []),
  ];
}

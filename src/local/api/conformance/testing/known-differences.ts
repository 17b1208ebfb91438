import { readFileSync } from 'node:fs';

/** One way in which the local API is not like the real one. */
export interface KnownDifference {
  /**
   * `server`: it does something else; `replay` and `lab`: only the comparison, with the recording or with a real server beside
   * it, cannot show that it does the same.
   */
  readonly place: 'server' | 'replay' | 'lab';
  /** One true sentence, in Markdown. */
  readonly sentence: string;
  /** Recorded cases that differ for it. */
  readonly cases: readonly string[];
  /** Cases that differ for it only beside a real server (`make test-kubernetes`): the recording does not have them, or not in full. */
  readonly live?: readonly string[];
}

/** All of them. */
export function knownDifferences(): KnownDifference[] {
  return JSON.parse(readFileSync(new URL('../known-differences.json', import.meta.url), 'utf8'));
}

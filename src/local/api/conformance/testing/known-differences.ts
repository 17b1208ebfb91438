import { readFileSync } from 'node:fs';

/** One way in which the local API is not like the real one. */
export interface KnownDifference {
  /** `server`: it does something else; `replay`: only the comparison cannot show that it does the same. */
  readonly place: 'server' | 'replay';
  /** One true sentence, in Markdown. */
  readonly sentence: string;
  /** Recorded cases that differ for it. */
  readonly cases: readonly string[];
}

/** All of them. */
export function knownDifferences(): KnownDifference[] {
  return JSON.parse(readFileSync(new URL('../known-differences.json', import.meta.url), 'utf8'));
}

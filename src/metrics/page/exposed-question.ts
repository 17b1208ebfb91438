import type { Buckets } from '../windows/buckets.js';
import { BucketSums } from './bucket-sums.js';
import { unitOf } from './durations.js';
import { compilePattern } from './safe-pattern.js';
import type { PageLine } from './page-line.js';
import type { PageQuestion } from './page-question.js';

/** A metric that somebody named, and which of its series are meant. */
export interface Exposed {
  readonly metric: string;
  /** Regular expressions that labels match as a whole; a label that is missing is as good as empty. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** @throws Error naming the label whose regular expression cannot be used, and why */
function matcherOf({ labels = {} }: Exposed): (line: PageLine) => boolean {
  const names = Object.keys(labels);
  const patterns = names.map((name) => {
    try {
      return compilePattern(labels[name] ?? '');
    } catch (error) {
      throw new Error(`label ${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
  if (names.length === 0) return () => true;
  return (line) => line.labels(names).every((value, index) => patterns[index]?.(value ?? '') ?? false);
}

const keyOf = (kind: string, { metric, labels = {} }: Exposed): string => JSON.stringify([kind, metric, Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The values of all series that are meant, added up. @throws Error for a regular expression that cannot be used */
export function sumQuestion(exposed: Exposed): PageQuestion<number> {
  const isMeant = matcherOf(exposed);
  return {
    key: keyOf('sum', exposed),
    begin() {
      let sum: number | undefined;
      return {
        readers: {
          [exposed.metric]: (line) => {
            if (isMeant(line)) sum = (sum ?? 0) + line.value;
          },
        },
        answer: () => sum,
      };
    },
  };
}

/** The histogram of all series that are meant. @throws Error for a regular expression that cannot be used */
export function bucketsQuestion(exposed: Exposed, unit?: 'seconds' | 'milliseconds'): PageQuestion<Buckets> {
  const metric = exposed.metric.replace(/_bucket$/, '');
  const isMeant = matcherOf(exposed);
  return {
    key: `${keyOf('buckets', exposed)} ${unit ?? ''}`,
    begin() {
      const sums = new BucketSums();
      return { readers: { [`${metric}_bucket`]: (line) => sums.add(line, isMeant) }, answer: () => sums.buckets(unitOf(metric, unit)) };
    },
  };
}

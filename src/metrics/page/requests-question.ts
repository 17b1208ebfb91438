import type { Buckets } from '../windows/buckets.js';
import type { RawCounts } from '../windows/counts.js';
import { BucketSums } from './bucket-sums.js';
import { unitOf } from './durations.js';
import { knownRequests, type KnownRequests } from './known-requests.js';
import type { PageLine } from './page-line.js';
import type { Answering, PageQuestion } from './page-question.js';
import type { SampleReader } from './scan-page.js';

/** The requests that a Pod served, and how long they took. */
export interface ServedRequests {
  readonly counts: RawCounts;
  /** Undefined where durations are not exposed as a histogram. */
  readonly buckets: Buckets | undefined;
}

class KnownSums {
  readonly #known: KnownRequests;
  readonly #labels: readonly string[];
  readonly #buckets: readonly { readonly metric: string; readonly sums: BucketSums }[];
  #seen = false;
  #hasStatus = false;
  #requests = 0;
  #failures = 0;

  constructor(known: KnownRequests) {
    this.#known = known;
    this.#labels = [...known.statuses, ...(known.only ? [known.only[0]] : []), ...(known.alsoFailed ? [known.alsoFailed[0]] : [])];
    this.#buckets = known.durations.map((metric) => ({ metric, sums: new BucketSums() }));
  }

  get readers(): [string, SampleReader][] {
    return [
      [this.#known.counter, (line) => this.#count(line)],
      ...this.#buckets.map(({ metric, sums }): [string, SampleReader] => [`${metric}_bucket`, (line) => sums.add(line, this.#isMeant)]),
    ];
  }

  /** Undefined where there is nothing to go by: no samples, or none that say how requests ended. */
  served(): ServedRequests | undefined {
    const { name: source } = this.#known;
    if (!this.#seen || !this.#hasStatus) return undefined;
    const buckets = this.#buckets.flatMap(({ metric, sums }) => sums.buckets(unitOf(metric), `${source} ${metric}`) ?? [])[0];
    return { counts: { requests: this.#requests, failures: this.#failures, source }, buckets };
  }

  #count(line: PageLine): void {
    const { statuses, failed, only, alsoFailed } = this.#known;
    const values = line.labels(this.#labels);
    const extra = statuses.length;
    if (only && !only[1].test(values[extra] ?? '')) return;
    const status = values.slice(0, extra).find((value) => value !== undefined);
    this.#seen = true;
    this.#hasStatus ||= status !== undefined;
    this.#requests += line.value;
    if (failed.test(status ?? '') || alsoFailed?.[1].test(values[this.#labels.length - 1] ?? '')) this.#failures += line.value;
  }

  readonly #isMeant = (line: PageLine): boolean => {
    const { only } = this.#known;
    return only === undefined || only[1].test(line.labels([only[0]])[0] ?? '');
  };
}

/** What is asked where a metric does not say where it comes from. */
export const requestsQuestion: PageQuestion<ServedRequests> = {
  key: 'requests',
  begin(): Answering<ServedRequests> {
    const sums = knownRequests.map((known) => new KnownSums(known));
    const readers = new Map<string, SampleReader[]>();
    for (const [metric, reader] of sums.flatMap((each) => each.readers)) readers.set(metric, [...(readers.get(metric) ?? []), reader]);
    return {
      readers: Object.fromEntries([...readers].map(([metric, several]) => [metric, several.length === 1 && several[0] ? several[0] : (line: PageLine) => several.forEach((read) => read(line))])),
      answer: () => {
        for (const each of sums) {
          const served = each.served();
          if (served) return served;
        }
        return undefined;
      },
    };
  },
};

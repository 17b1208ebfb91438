import type { LogEntry, Release } from '../../../model/release.js';

/** What a release said at one moment. Counts are totals since it began. */
export interface WatchedSample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly asked: number;
  readonly accepted: number;
  readonly counted: number | undefined;
  readonly requests: { readonly stable: number; readonly canary: number };
  readonly failures: { readonly stable: number; readonly canary: number };
}

interface Watched {
  readonly uid: string;
  readonly samples: WatchedSample[];
  readonly entries: Map<number, LogEntry>;
}

/** Every second one is forgotten when a release has more, so that the rest still covers all of it. */
const SAMPLES = 240;
const ENTRIES = 1_000;
/** Of so many releases what was seen is kept, those seen last. */
const RELEASES = 2_000;

/** What this server has seen of releases: statuses hold the present and the last twenty things that happened. */
export class WatchedReleases {
  readonly #releases = new Map<string, Watched>();

  /** Takes in a state of a release. @param now milliseconds since the epoch */
  see(release: Release, now: number): void {
    const { uid = '' } = release.metadata;
    const known = this.#releases.get(uid) ?? { uid, samples: [], entries: new Map<number, LogEntry>() };
    // The one seen last goes to the end.
    this.#releases.delete(uid);
    this.#releases.set(uid, known);
    for (const oldest of this.#releases.keys()) {
      if (this.#releases.size <= RELEASES) break;
      this.#releases.delete(oldest);
    }
    for (const entry of release.status?.log ?? []) known.entries.set(entry.number, entry);
    for (const number of known.entries.keys()) {
      if (known.entries.size <= ENTRIES) break;
      known.entries.delete(number);
    }
    const sample = sampleOf(release, now);
    const last = known.samples.at(-1);
    if (!sample || (last && sameSample(last, sample))) return;
    known.samples.push(sample);
    if (known.samples.length > SAMPLES) known.samples.splice(0, known.samples.length, ...known.samples.filter((_, index, all) => index % 2 === 0 || index === all.length - 1));
  }

  /** Forgets a release that is no more. */
  forget({ metadata }: Release): void {
    this.#releases.delete(metadata.uid ?? '');
  }

  /** Everything that happened to a release, as far as it was seen; by number. */
  entriesOf({ metadata, status }: Release): LogEntry[] {
    const all = new Map([...(this.#releases.get(metadata.uid ?? '')?.entries ?? []), ...(status?.log ?? []).map((entry) => [entry.number, entry] as const)]);
    return [...all.values()].sort((a, b) => a.number - b.number);
  }

  samplesOf({ metadata }: Release): readonly WatchedSample[] {
    return this.#releases.get(metadata.uid ?? '')?.samples ?? [];
  }
}

function sampleOf({ status }: Release, now: number): WatchedSample | undefined {
  if (!status) return undefined;
  const { stable, canary } = status.evidence ?? { stable: none, canary: none };
  return {
    at: now,
    asked: status.shares?.asked?.canary ?? 0,
    accepted: status.shares?.accepted?.canary ?? 0,
    counted: status.shares?.counted?.canary,
    requests: { stable: stable.requests, canary: canary.requests },
    failures: { stable: stable.failures, canary: canary.failures },
  };
}

const none = { requests: 0, failures: 0 };

const sameSample = (a: WatchedSample, b: WatchedSample): boolean =>
  a.asked === b.asked && a.accepted === b.accepted && a.counted === b.counted && a.requests.stable === b.requests.stable && a.requests.canary === b.requests.canary && a.failures.canary === b.failures.canary && a.failures.stable === b.failures.stable;

import type { ClusterClient } from '../src/cluster/client.js';
import { Analyses } from '../src/controller/analysis/analyses.js';
import type { Sources } from '../src/controller/analysis/sources.js';
import { Conflicts } from '../src/controller/conflicts.js';
import { noObserver } from '../src/controller/observer.js';
import { firstStatus } from '../src/engine/advance.js';
import { judgeOf, type Judge } from '../src/engine/judging/judge.js';
import { releaseWith } from '../src/engine/testing/arbitraries.js';
import type { EvidenceRecord } from '../src/model/evidence-record.js';
import type { PlannedAnalysis } from '../src/model/policy/analysis.js';
import type { Release } from '../src/model/release.js';
import { noFaults } from '../src/ports/fault-port.js';
import { seededRandom, type Random } from '../src/ports/random.js';
import { abortReason, type Clock } from '../src/ports/clock.js';
import type { MetricSample } from '../src/statistics/metric-sample.js';
import { digits, median } from './harness/numbers.js';
import type { Subject } from './harness/subject.js';

const RELEASES = 1000;
const PASSES = 5;
/** Seconds of samples before anything is measured, and in each pass. */
const WARM = 30;
const SECONDS = 20;

/** What a policy without an analysis is judged by. */
const analysis: PlannedAnalysis = {
  falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'promote', minimumRequests: 20 },
  metrics: [{ name: 'errors', errorRate: {} }, { name: 'latency', latency: {} }],
};

export const judging: Subject = {
  name: 'judge',
  title: `Judging ${digits(RELEASES)} releases, a sample a second and metric`,
  about:
    'Processor time of one release and second, with the metrics of a policy that says nothing (errors and latency), 100 requests a second, a fifth of them to the canary. The judge alone: a sample is added and all ' +
    'metrics are observed, as at each sample. All of it: the samplings, the judge, what is to be written, and the building of Evidence every 20 s, over a client that does nothing. ' +
    'Fetching and reading pages is not in it (see ONLY=pages), nor are the network and the passes of the loop.',
  async measure(bench) {
    const random = seededRandom(1);
    const rows: string[][] = [];
    for (const each of ['errors', 'latency'] as const) {
      bench.note(`judges ${each}`);
      rows.push(row(`judge alone: ${each}`, await passes(judgeAlone(each, random))));
    }
    bench.note(`runs the analyses of ${RELEASES} releases`);
    const { work, stop, written } = analysesOf(random);
    rows.push(row('all of it: both metrics', await passes(work)));
    const writes = written();
    await stop();
    return {
      columns: ['what', 'µs of a release and second', `of one core, ${digits(RELEASES)} releases`], rows,
      findings: [`All together wrote Evidence ${digits(writes)} times in ${WARM + PASSES * SECONDS} s.`],
    };
  },
};

/** Lets all releases see so many seconds. */
type Work = (seconds: number) => Promise<void> | void;

const row = (name: string, each: number): string[] => [name, digits(each), `${digits((each * RELEASES) / 10_000)} %`];

/** @returns microseconds of a release and second, in the middle of all passes */
async function passes(work: Work): Promise<number> {
  await work(WARM);
  const all: number[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const before = process.cpuUsage();
    await work(SECONDS);
    const { user, system } = process.cpuUsage(before);
    all.push((user + system) / (RELEASES * SECONDS));
  }
  return median(all);
}

function judgeAlone(name: 'errors' | 'latency', random: Random): Work {
  const judge: Judge = judgeOf(analysis, { first: false, steps: [] });
  const states = Array.from({ length: RELEASES }, () => judge.fresh);
  const samples = sampler(random);
  let now = Date.UTC(2026, 0, 1);
  return (seconds) => {
    for (const end = now + seconds * 1000; now < end; now += 1000) {
      for (const [index, state] of states.entries()) {
        const next = judge.add(state, name, samples(name, now));
        judge.observe(next);
        states[index] = next;
      }
    }
  };
}

/** All analyses of a controller; in a time of its own, so that nothing waits. */
function analysesOf(random: Random): { readonly work: Work; readonly stop: () => Promise<void>; readonly written: () => number } {
  const clock = new BatchClock();
  const samples = sampler(random);
  let writes = 0;
  const sources: Sources = {
    track: () => undefined, counts: () => undefined, forget: () => undefined,
    collectorOf: ({ name }) => ({ interval: 1000, collect: () => Promise.resolve(samples(name === 'errors' ? 'errors' : 'latency', clock.now())) }),
  };
  const wrote = (_: unknown, object: EvidenceRecord): Promise<EvidenceRecord> => {
    writes++;
    return Promise.resolve(object);
  };
  // Of a client, Evidence needs these alone.
  const client = { create: wrote, replace: wrote, find: () => Promise.resolve(undefined) } as unknown as ClusterClient;
  const analyses = new Analyses({
    writing: { client, faults: noFaults, leadership: { mayWrite: () => true, epoch: () => 1 }, conflicts: new Conflicts(random) },
    clock, random, sources, observer: noObserver,
    leads: () => true,
    onChange: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  for (let index = 0; index < RELEASES; index++) analyses.track(releaseNamed(`web-${index}`, clock.now()), true);
  return {
    work: async (seconds) => {
      for (let second = 0; second < seconds; second++) await clock.advance(1000);
    },
    stop: () => analyses.stop(),
    written: () => writes,
  };
}

/** Ends all waits that are due at one moment together: what is measured is what they wake, and not the clock. */
class BatchClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #waiting = new Map<number, Set<() => void>>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(abortReason(signal));
      const due = Math.ceil(this.#now + Math.max(0, milliseconds));
      const waiting = this.#waiting.get(due) ?? new Set();
      this.#waiting.set(due, waiting);
      const wake = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      const stop = (): void => {
        waiting.delete(wake);
        if (signal) reject(abortReason(signal));
      };
      signal?.addEventListener('abort', stop, { once: true });
      waiting.add(wake);
    });
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (let next = this.#next(); next <= end; next = this.#next()) {
      const due = this.#waiting.get(next) ?? [];
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next);
      for (const wake of due) wake();
      // All promise callbacks, and what they start without a timer, run to their end.
      for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#now = end;
  }

  #next(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const due of this.#waiting.keys()) least = Math.min(least, due);
    return least;
  }
}

function releaseNamed(name: string, now: number): Release {
  const base = releaseWith([{ kind: 'pause' }, { kind: 'promote' }]);
  const release = { ...base, metadata: { ...base.metadata, name, namespace: 'shop', uid: name }, spec: { ...base.spec, plan: { ...base.spec.plan, analysis } } };
  return { ...release, status: { ...firstStatus(release, now), phase: 'Progressing' } };
}

/** Edges of Istio's durations up to a minute, in milliseconds. */
const EDGES = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** A second of a healthy canary: some requests fail, and most are fast; so little that nothing is decided for long. */
function sampler(random: Random): (name: 'errors' | 'latency', at: number) => MetricSample {
  const bad = (requests: number): number => (random() < requests * 0.002 ? 1 : 0);
  const counts = (requests: number): number[] => {
    const buckets = Array.from({ length: EDGES.length + 1 }, () => 0);
    for (let request = 0; request < requests; request++) {
      const index = Math.min(EDGES.length, Math.floor(4 + 6 * random() * random()));
      buckets[index] = (buckets[index] ?? 0) + 1;
    }
    return buckets;
  };
  return (name, at) =>
    name === 'errors'
      ? { kind: 'errorRate', block: { at, seconds: 1, stable: { requests: 80, bad: bad(80) }, canary: { requests: 20, bad: bad(20) } } }
      : { kind: 'latency', block: { at, seconds: 1, edges: EDGES, stable: counts(80), canary: counts(20) } };
}

import { isForbidden } from '../../cluster/api-error.js';
import { createWorkQueue, type WorkQueue, type WorkResult } from '../../cluster/work-queue.js';
import { judgeOf } from '../../engine/judging/judge.js';
import type { MetricObservation } from '../../engine/observation.js';
import type { ObjectMeta } from '../../kubernetes/generated/meta-v1.js';
import { noEvidence, type Evidence } from '../../model/evidence.js';
import type { Release } from '../../model/release.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { NotLeading, type WriteContext } from '../writes.js';
import type { AnalysisObserver } from './analysis-observer.js';
import { recordedOf } from './evidence-object.js';
import { lastWrites } from './last-writes.js';
import { findEvidence, writeEvidence } from './evidence-writer.js';
import { ReleaseAnalysis, type AnalysisNews } from './release-analysis.js';
import { keyOf, versionsOf, type ReleaseKey, type Sources } from './sources.js';

/** Evidence of one release is written at most this often, in milliseconds, but for verdicts. */
export const CHECKPOINT = 15_000;
/** All releases together write no more often than this, in milliseconds: many of them share what one could have alone. */
const SPACING = 20;
/** Objects that are read at once when a controller takes over, and written at once. */
const READS = 8;
const WRITES = 4;
/** A read that failed so often in a row is said on the release; the delays between tries grow. */
const SAY_UNREAD = 3;
/** A last write that fails so often is given up: nothing depends on it. */
const LAST_TRIES = 5;
/** How long an orderly stop may take to write what is not on record, in milliseconds: others wait for the lease. */
const LAST_WRITES = 2000;

export interface AnalysesOptions {
  /** How Evidence is read and written. */
  readonly writing: WriteContext;
  readonly clock: Clock;
  readonly random: Random;
  readonly sources: Sources;
  readonly observer: AnalysisObserver;
  /** What this controller leads, as far as it knows: another one may have begun to. */
  readonly leads: (release: ReleaseKey) => boolean;
  /** Called when a release is to be looked at; `urgent` when it is to be taken back. */
  readonly onChange: (release: ReleaseKey, urgent: boolean) => void;
  readonly onError: (error: Error, about: string) => void;
}

interface Tracked {
  readonly key: ReleaseKey;
  readonly epoch: number;
  readonly analysis: ReleaseAnalysis;
  /** What the server holds of its Evidence, as far as is known. */
  known: ObjectMeta | undefined;
  /** Whether there is something that is not on record. */
  isDirty: boolean;
  /** Whether a verdict is not on record. */
  isUrgent: boolean;
  /** When a metric came to something else last, monotonic milliseconds; never as -Infinity. */
  verdictAt: number;
  /** When it may be written, monotonic milliseconds. */
  due: number;
  hasEnded: boolean;
}

const idOf = ({ namespace, name }: ReleaseKey): string => `${namespace}/${name}`;

/** The analyses of all releases under way: collects samples, judges them, and keeps the evidence on record. */
export class Analyses {
  readonly #options: AnalysesOptions;
  readonly #tracked = new Map<string, Tracked>();
  readonly #ending = new Set<Promise<void>>();
  /** When the next release that begins may be written first, monotonic milliseconds. */
  #nextDue = 0;
  readonly #reads: WorkQueue;
  readonly #writes: WorkQueue;

  constructor(options: AnalysesOptions) {
    this.#options = options;
    const { clock, random, onError } = options;
    const backoff = { first: 200, longest: CHECKPOINT };
    const queue = (what: string, workers: number, work: (id: string, signal: AbortSignal) => Promise<WorkResult | void>, onFailure: (id: string, error: Error, failures: number) => void): WorkQueue =>
      createWorkQueue(work, {
        clock, random, workers, backoff,
        onError: (id, error, failures) => {
          // Once for each row of failures.
          if (failures === 1) onError(error, `${what} ${id}`);
          onFailure(id, error, failures);
        },
      });
    this.#reads = queue('evidence of', READS, (id, signal) => this.#read(id, signal), (id, error, failures) => {
      if (failures >= SAY_UNREAD) this.#tracked.get(id)?.analysis.cannotRestore(`the evidence on record cannot be read: ${error.message}`);
    });
    this.#writes = queue('evidence of', WRITES, (id, signal) => this.#write(id, signal), (id, _, failures) => {
      const tracked = this.#tracked.get(id);
      if (tracked?.hasEnded && failures >= LAST_TRIES) this.#drop(id, tracked);
    });
  }

  /**
   * Follows a release that this controller works on; called at every pass, before anything is decided.
   * @param isNew nobody has worked on it before, so that nothing can be on record
   */
  track(release: Release, isNew: boolean): void {
    const key = keyOf(release);
    const id = idOf(key);
    const epoch = this.#options.writing.leadership.epoch();
    const before = this.#tracked.get(id);
    // Whoever led in between knows more than we do.
    if (before && before.epoch === epoch && before.analysis.release.metadata.uid === release.metadata.uid) return before.analysis.update(release);
    if (before) this.#drop(id, before);
    // Before anything is sampled: samples may go by the same readings.
    this.#options.sources.track(release, versionsOf(release), release.status?.evidence ?? noEvidence);
    const analysis = this.#analysisOf(release, id);
    this.#tracked.set(id, { key, epoch, analysis, known: undefined, isDirty: false, isUrgent: false, verdictAt: -Infinity, due: this.#firstDue(), hasEnded: false });
    if (isNew || release.spec.plan.analysis === undefined) analysis.restore(undefined);
    else this.#reads.add(id);
  }

  /** Requests since the release began; undefined for one that is not tracked. */
  counts(release: ReleaseKey): Evidence | undefined {
    return this.#options.sources.counts(release);
  }

  /** What its metrics say. */
  observe(release: ReleaseKey): readonly MetricObservation[] {
    return this.#tracked.get(idOf(release))?.analysis.observe() ?? [];
  }

  /** A pass is over: what was decided stands in the status, so that verdicts may be put on record. */
  passed(release: ReleaseKey): void {
    const id = idOf(release);
    if (this.#tracked.get(id)?.isUrgent === true) this.#writes.add(id);
  }

  /** The release has ended: its evidence is written once more, then forgotten. */
  finish(release: ReleaseKey): void {
    const id = idOf(release);
    const tracked = this.#tracked.get(id);
    if (!tracked || tracked.hasEnded) return;
    tracked.hasEnded = true;
    this.#options.sources.forget(release);
    this.#stop(tracked.analysis);
    if (tracked.isDirty) this.#writes.add(id);
    else this.#drop(id, tracked);
  }

  /** Stops at once and writes nothing: another controller leads, or the release is gone. */
  forget(release: ReleaseKey): void {
    const tracked = this.#tracked.get(idOf(release));
    if (tracked) this.#drop(idOf(release), tracked);
  }

  /** Milliseconds since the metric that has been without a sample the longest had one; 0 when nothing is judged. */
  oldestReading(): number {
    return Math.max(0, ...[...this.#tracked.values()].map(({ analysis }) => analysis.oldestReading()));
  }

  /** Where this controller leads, what is not on record is written before, as far as that is quickly done: the latest verdicts first. */
  async stop(): Promise<void> {
    await Promise.all([this.#reads.stop(), this.#writes.stop()]);
    const { clock, leads, onError } = this.#options;
    const pending = [...this.#tracked].filter(([, { isDirty, key }]) => isDirty && leads(key)).sort(([, one], [, other]) => (one.verdictAt === other.verdictAt ? 0 : other.verdictAt - one.verdictAt));
    const unwritten = await lastWrites(pending, { clock, within: LAST_WRITES, workers: WRITES, write: ([, tracked], signal) => this.#put(tracked, signal) });
    if (unwritten) onError(new Error(`the last samples of ${unwritten.count} releases were not put on record: ${unwritten.why}`), 'evidence');
    for (const [id, tracked] of [...this.#tracked]) this.#drop(id, tracked);
    await Promise.all(this.#ending);
  }

  #analysisOf(release: Release, id: string): ReleaseAnalysis {
    const { clock, sources, observer, onError } = this.#options;
    const { first = false, plan } = release.spec;
    const analysis: ReleaseAnalysis = new ReleaseAnalysis({
      release, clock, sources, observer,
      judge: plan.analysis && judgeOf(plan.analysis, { first, steps: plan.steps }),
      onNews: (news) => this.#heard(id, analysis, news),
      onError: (error) => onError(error, `analysis of ${id}`),
    });
    return analysis;
  }

  #heard(id: string, analysis: ReleaseAnalysis, { changed, worse, unrecorded, verdict }: AnalysisNews): void {
    const tracked = this.#tracked.get(id);
    if (tracked?.analysis !== analysis || tracked.hasEnded) return;
    if (changed) this.#options.onChange(tracked.key, worse);
    if (!unrecorded) return;
    tracked.isDirty = true;
    tracked.isUrgent ||= verdict;
    if (verdict) tracked.verdictAt = this.#options.clock.monotonic();
    this.#writes.addAfter(id, Math.max(0, tracked.due - this.#options.clock.monotonic()));
  }

  async #read(id: string, signal: AbortSignal): Promise<void> {
    const tracked = this.#tracked.get(id);
    if (!tracked || tracked.analysis.isRestored) return;
    const { writing: { client }, onError } = this.#options;
    const { release } = tracked.analysis;
    try {
      const found = await findEvidence(client, release, signal);
      tracked.known = found?.metadata;
      tracked.analysis.restore(recordedOf(found, release));
    } catch (error) {
      if (!isForbidden(error)) throw error;
      // Nobody of ours can have written it either; and to begin afresh is slower, not wrong.
      onError(error, `evidence of ${id}`);
      tracked.analysis.restore(undefined);
    }
  }

  async #write(id: string, signal: AbortSignal): Promise<WorkResult | void> {
    const tracked = this.#tracked.get(id);
    if (!tracked?.isDirty) return;
    const { clock, leads } = this.#options;
    if (!leads(tracked.key)) return this.#drop(id, tracked);
    const early = tracked.due - clock.monotonic();
    // A timer may ring a fraction early, and one of a fraction never ends where time goes on in whole milliseconds.
    if (early >= 1 && !tracked.isUrgent && !tracked.hasEnded) return { againAfter: early };
    const { hasEnded } = tracked;
    try {
      await this.#put(tracked, signal);
    } catch (error) {
      if (error instanceof NotLeading) return this.#drop(id, tracked);
      throw error;
    }
    if (hasEnded) this.#drop(id, tracked);
  }

  /** Puts on record what is known now. */
  async #put(tracked: Tracked, signal: AbortSignal): Promise<void> {
    const { writing, clock, leads } = this.#options;
    const { analysis, known, hasEnded } = tracked;
    const spec = analysis.isRestored ? analysis.record() : undefined;
    const before = { isDirty: tracked.isDirty, isUrgent: tracked.isUrgent };
    // What comes while it is being written is for the next time.
    Object.assign(tracked, { isDirty: false, isUrgent: false });
    try {
      if (spec) tracked.known = await writeEvidence(writing, analysis.release, spec, { known, ended: hasEnded, leads: () => leads(tracked.key), signal });
    } catch (error) {
      Object.assign(tracked, before);
      throw error;
    } finally {
      tracked.due = clock.monotonic() + Math.max(CHECKPOINT, this.#tracked.size * SPACING);
    }
  }

  /** Those that begin together come one after the other; one alone is written with its first sample. */
  #firstDue(): number {
    const due = Math.max(this.#options.clock.monotonic(), this.#nextDue);
    this.#nextDue = due + SPACING;
    return due;
  }

  #drop(id: string, tracked: Tracked): void {
    if (this.#tracked.get(id) === tracked) this.#tracked.delete(id);
    if (!tracked.hasEnded) this.#options.sources.forget(tracked.key);
    this.#reads.drop(id);
    this.#writes.drop(id);
    this.#stop(tracked.analysis);
  }

  #stop(analysis: ReleaseAnalysis): void {
    const ended = analysis.stop();
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }
}

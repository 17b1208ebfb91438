import type { Judge, JudgeState } from '../../engine/judging/judge.js';
import type { MetricObservation } from '../../engine/observation.js';
import type { Collector } from '../../metrics/collector.js';
import type { EvidenceSpec } from '../../model/evidence-record.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { Release } from '../../model/release.js';
import type { Clock } from '../../ports/clock.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import type { AnalysisObserver } from './analysis-observer.js';
import type { Recorded } from './evidence-object.js';
import { isWaiting, MissingSamples } from './missing-samples.js';
import { begunAfresh, isCountedOut, isJudged, namedByStep, presentMetrics } from './present-metrics.js';
import { saysSomething } from './sample-content.js';
import { Sampling } from './sampling.js';
import { versionsOf, type Sources } from './sources.js';

/** What became of what is known of a release. */
export interface AnalysisNews {
  /** What a metric says, or why it says nothing, has changed: the release is to be looked at. `worse`: it is to be taken back. */
  readonly changed: boolean;
  readonly worse: boolean;
  /** What is on record is out of date. `verdict`: in what a metric came to. */
  readonly unrecorded: boolean;
  readonly verdict: boolean;
}

export interface ReleaseAnalysisOptions {
  readonly release: Release;
  readonly judge: Judge | undefined;
  readonly sources: Pick<Sources, 'collectorOf'>;
  readonly clock: Clock;
  readonly observer: AnalysisObserver;
  readonly onNews: (news: AnalysisNews) => void;
  /** Told of what must not happen. */
  readonly onError: (error: Error) => void;
}

interface Running {
  readonly sampling: Sampling;
  readonly missing: MissingSamples;
}

/** One release under way: its samples, and what they come to. */
export class ReleaseAnalysis {
  readonly #options: ReleaseAnalysisOptions;
  readonly #running = new Map<string, Running>();
  readonly #ending = new Set<Promise<void>>();
  readonly #ready: Promise<void>;
  #release: Release;
  #isRestored = false;
  #nowReady: () => void = () => undefined;
  #unreadable: string | undefined;
  #state: JudgeState | undefined;
  #observed: readonly MetricObservation[] = [];
  /** When the last samples on record were taken, by metric; of those alone that go on from there. */
  #lastAt: ReadonlyMap<string, number> = new Map();

  constructor(options: ReleaseAnalysisOptions) {
    this.#options = options;
    this.#release = options.release;
    this.#ready = new Promise((resolve) => (this.#nowReady = resolve));
    this.#state = options.judge?.fresh;
    this.#observed = this.#judged();
    this.#sample();
  }

  get release(): Release {
    return this.#release;
  }

  /** Whether what was on record is known, so that samples count. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** What the metrics say. */
  observe(): readonly MetricObservation[] {
    const problem = this.#unreadable;
    return problem === undefined ? this.#observed : this.#observed.map((each) => ({ ...each, problem }));
  }

  /** Milliseconds since the metric that has been without a sample the longest had one. */
  oldestReading(): number {
    const now = this.#options.clock.monotonic();
    return Math.max(0, ...[...this.#running.values()].map(({ sampling }) => now - sampling.since));
  }

  /** Goes on from what another controller left; from nothing when there is none. */
  restore(recorded: Recorded | undefined): void {
    if (this.#isRestored) return;
    const { judge } = this.#options;
    if (judge && recorded) {
      this.#state = judge.restored(recorded.spec, this.#release.spec.canary.hash);
      this.#lastAt = lastSamples(recorded);
      if (recorded.step !== this.#release.status?.step.index) this.#beginAfresh();
      this.#observed = this.#judged();
    }
    this.#isRestored = true;
    this.#unreadable = undefined;
    this.#nowReady();
    this.#sample();
    if (recorded) this.#options.onNews({ changed: true, worse: this.#observed.some(isWorse), unrecorded: false, verdict: false });
  }

  /** Says why what is on record is not known yet. */
  cannotRestore(why: string): void {
    if (this.#isRestored || this.#unreadable === why) return;
    this.#unreadable = why;
    this.#options.onNews({ changed: true, worse: false, unrecorded: false, verdict: false });
  }

  /** Follows the release: what it does at the moment says what is sampled. */
  update(release: Release): void {
    const stepBefore = this.#release.status?.step.index;
    this.#release = release;
    if (release.status?.step.index !== stepBefore) {
      for (const name of namedByStep(release, release.spec.plan.analysis)) this.#end(name);
      this.#beginAfresh();
      this.#observed = this.#judged();
    }
    this.#sample();
  }

  /** All that is on record of the judged metrics; undefined where nothing is judged. */
  record(): EvidenceSpec | undefined {
    const { judge, clock } = this.#options;
    const { metadata, spec } = this.#release;
    return judge && this.#state && judge.record(this.#state, { release: metadata.name, canary: spec.canary.hash, now: clock.now() });
  }

  /** Takes no samples any more; resolves when nothing of it runs. */
  async stop(): Promise<void> {
    for (const name of [...this.#running.keys()]) this.#end(name);
    this.#nowReady();
    await Promise.all(this.#ending);
  }

  #judged(): readonly MetricObservation[] {
    const { judge } = this.#options;
    return judge && this.#state ? judge.observe(this.#state) : [];
  }

  #beginAfresh(): void {
    const { judge } = this.#options;
    const names = namedByStep(this.#release, this.#release.spec.plan.analysis);
    this.#lastAt = new Map([...this.#lastAt].filter(([name]) => !names.includes(name)));
    if (judge && this.#state) this.#state = begunAfresh(this.#state, judge.fresh, names);
  }

  /** Starts what is to be sampled now, and ends the rest. */
  #sample(): void {
    const judged = new Map(this.#observed.map((each) => [each.name, each]));
    const wanted = presentMetrics(this.#release, this.#release.spec.plan.analysis).filter(({ name, condition }) => {
      const says = judged.get(name);
      // What was measured before has to be known: it is not measured again.
      return says !== undefined && !isCountedOut(says) && (condition === undefined || this.#isRestored);
    });
    const names = new Set(wanted.map(({ name }) => name));
    for (const name of [...this.#running.keys()]) if (!names.has(name)) this.#end(name);
    for (const metric of wanted) if (!this.#running.has(metric.name)) this.#begin(metric);
  }

  #begin(metric: PlannedMetric): void {
    const { clock } = this.#options;
    const missing = new MissingSamples(clock.monotonic());
    const sampling = new Sampling({
      collector: this.#collector(metric), clock, ready: this.#ready,
      onSample: (sample) => this.#guarded(() => this.#sampled(metric, missing, sample)),
      onNothing: (why) => this.#guarded(() => this.#unread(metric, missing, why)),
    });
    this.#running.set(metric.name, { sampling, missing });
  }

  #end(name: string): void {
    const running = this.#running.get(name);
    if (!running) return;
    this.#running.delete(name);
    const ended = running.sampling.stop();
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
  }

  /** One metric that nobody can sample must not keep the others from being sampled. */
  #collector(metric: PlannedMetric): Collector {
    const { spec, status } = this.#release;
    const step = namedByStep(this.#release, spec.plan.analysis).includes(metric.name) ? status?.step.index : undefined;
    try {
      return this.#options.sources.collectorOf(metric, { release: this.#release, versions: versionsOf(this.#release), step, lastAt: this.#lastAt.get(metric.name) });
    } catch (error) {
      return { interval: 60_000, collect: () => Promise.reject(error instanceof Error ? error : new Error(String(error))) };
    }
  }

  #sampled(metric: PlannedMetric, missing: MissingSamples, sample: MetricSample): void {
    const { judge, clock, observer } = this.#options;
    const had = missing.text;
    missing.ended(clock.monotonic());
    if (!judge || !this.#state || !isJudged(this.#release.status?.phase ?? 'Preparing')) return;
    observer.sampled(sample.kind);
    const state = judge.add(this.#state, metric.name, sample);
    this.#look(had === undefined ? state : judge.problem(state, metric.name, undefined), saysSomething(sample));
    if (metric.condition) this.#sample();
  }

  #unread(metric: PlannedMetric, missing: MissingSamples, why: unknown): void {
    const { judge, clock, observer } = this.#options;
    const before = missing.text;
    missing.goOn(why, clock.monotonic());
    observer.unread(kindOf(metric), isWaiting(why) ? 'waiting' : 'failed');
    if (judge && this.#state && missing.text !== before) this.#look(judge.problem(this.#state, metric.name, missing.text), false);
  }

  /** Takes over a new state, and tells what it changed. */
  #look(state: JudgeState, isNews: boolean): void {
    const { judge, observer } = this.#options;
    const before = this.#observed;
    // A judge names its metrics in one order.
    this.#observed = judge ? judge.observe(state, this.#state && { state: this.#state, observed: before }) : [];
    this.#state = state;
    const turned = this.#observed.filter(({ outcome }, index) => before[index]?.outcome !== outcome);
    for (const { kind, outcome } of turned) observer.judged(kind, outcome);
    const changed = turned.length > 0 || this.#observed.some((each, index) => isOther(each, before[index]));
    if (changed || isNews) this.#options.onNews({ changed, worse: turned.some(isWorse), unrecorded: true, verdict: turned.length > 0 });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

const isWorse = ({ outcome, dryRun }: MetricObservation): boolean => outcome === 'fail' && !dryRun;

const isOther = (now: MetricObservation, before: MetricObservation | undefined): boolean =>
  before?.ended !== now.ended || before.problem !== now.problem;

/** Which of the four a metric is. */
function kindOf(metric: PlannedMetric): MetricObservation['kind'] {
  if (metric.latency) return 'latency';
  if (metric.saturation) return 'saturation';
  return metric.condition ? 'condition' : 'errorRate';
}

const lastSamples = ({ spec }: Recorded): ReadonlyMap<string, number> =>
  new Map(spec.metrics.flatMap(({ name, points }) => {
    const at = Date.parse(points?.at(-1)?.at ?? '');
    return Number.isNaN(at) ? [] : [[name, at]];
  }));

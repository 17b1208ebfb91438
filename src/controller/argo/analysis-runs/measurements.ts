import type { AnalysisRun } from '../../../frontends/argo/kinds/analysis.js';
import type { DueMeasurement, TakenMeasurement } from '../../../frontends/argo/runs/advance.js';
import { NotLeading } from '../../writes.js';

/** How many measurements are taken at once, of all runs together; more wait. */
export const AT_ONCE = 32;

interface UnderWay {
  readonly due: DueMeasurement;
  readonly stopping: AbortController;
  /** Never rejects. */
  ended: Promise<void>;
  taken: TakenMeasurement | undefined;
}

export interface MeasurementsOptions {
  /** Takes one; what goes wrong is a measurement too. Rejects only when it is aborted, and for one who does not lead. */
  readonly take: (run: AnalysisRun, due: DueMeasurement, signal: AbortSignal) => Promise<TakenMeasurement>;
  /** Called with the key of the run when one was taken. */
  readonly onTaken: (key: string) => void;
  readonly onError: (key: string, error: Error) => void;
}

/**
 * Measurements that are being taken, beside the loop: one at a time for each metric of a run. What is known here and not on record
 * yet is lost with the process; then it is measured again.
 */
export class Measurements {
  readonly #options: MeasurementsOptions;
  readonly #runs = new Map<string, Map<string, UnderWay>>();
  readonly #waiting: (() => void)[] = [];
  /** Those of runs that are forgotten too. */
  readonly #all = new Set<UnderWay>();
  #busy = 0;

  constructor(options: MeasurementsOptions) {
    this.#options = options;
  }

  /** What was taken of a run and what is under way, by metric. */
  of(key: string): { readonly taken: readonly TakenMeasurement[]; readonly underWay: ReadonlySet<string> } {
    const all = [...(this.#runs.get(key) ?? [])];
    return {
      taken: all.flatMap(([, { taken }]) => taken ?? []),
      underWay: new Set(all.flatMap(([metric, { taken }]) => (taken ? [] : [metric]))),
    };
  }

  /** Lets go of what is on record now. */
  recorded(key: string, taken: readonly TakenMeasurement[]): void {
    const all = this.#runs.get(key);
    for (const [metric, each] of all ?? []) if (each.taken && taken.includes(each.taken)) all?.delete(metric);
    if (all?.size === 0) this.#runs.delete(key);
  }

  /** Begins to measure. To be called when the decision is on record. */
  begin(key: string, run: AnalysisRun, due: readonly DueMeasurement[]): void {
    const all = this.#runs.get(key) ?? new Map<string, UnderWay>();
    for (const each of due) {
      if (all.has(each.metric.name)) continue;
      const underWay: UnderWay = { due: each, stopping: new AbortController(), ended: Promise.resolve(), taken: undefined };
      all.set(each.metric.name, underWay);
      this.#all.add(underWay);
      underWay.ended = this.#take(key, run, underWay);
    }
    if (all.size > 0) this.#runs.set(key, all);
  }

  /** Ends what nobody waits for any more; but a Job that is being made is told of, so that it can be ended. */
  abandon(key: string): void {
    const all = this.#runs.get(key);
    for (const [metric, { due, stopping, taken }] of all ?? []) {
      if (due.metric.provider.job && !taken) continue;
      stopping.abort();
      all?.delete(metric);
    }
    if (all?.size === 0) this.#runs.delete(key);
  }

  forget(key: string): void {
    for (const { stopping } of this.#runs.get(key)?.values() ?? []) stopping.abort();
    this.#runs.delete(key);
  }

  async stop(): Promise<void> {
    this.#runs.clear();
    for (const { stopping } of this.#all) stopping.abort();
    for (const go of this.#waiting.splice(0)) go();
    await Promise.all([...this.#all].map(({ ended }) => ended));
  }

  async #take(key: string, run: AnalysisRun, underWay: UnderWay): Promise<void> {
    const { due, stopping: { signal } } = underWay;
    const isWanted = (): boolean => this.#runs.get(key)?.get(due.metric.name) === underWay;
    await this.#turn();
    try {
      if (!signal.aborted) underWay.taken = await this.#options.take(run, due, signal);
    } catch (error) {
      // Whoever leads then measures it.
      if (isWanted()) this.#runs.get(key)?.delete(due.metric.name);
      if (!signal.aborted && !(error instanceof NotLeading)) this.#options.onError(key, error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#busy -= 1;
      this.#waiting.shift()?.();
      this.#all.delete(underWay);
    }
    if (isWanted() && !signal.aborted) this.#options.onTaken(key);
  }

  async #turn(): Promise<void> {
    while (this.#busy >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy += 1;
  }
}

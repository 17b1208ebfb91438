import type { PlannedAnalysis } from '../../model/policy/analysis.js';
import type { Release } from '../../model/release.js';
import { judgeOf, type Judge, type JudgeState } from '../judging/judge.js';
import type { MetricObservation } from '../observation.js';

/** Judged from the requests of the world, by the real judge; what the others say comes from the scenario. */
export const REQUESTS = 'errors';

/** What may be said of a metric that is not measured here. */
export type Said = Pick<MetricObservation, 'outcome'> & Partial<Pick<MetricObservation, 'ended' | 'leansWorse' | 'watches' | 'samples' | 'says' | 'problem'>>;

/** The metrics of a release in the model world. */
export class Metrics {
  readonly said = new Map<string, Said>();
  readonly #analysis: PlannedAnalysis | undefined;
  readonly #judge: Judge | undefined;
  readonly #otherwise: Said['outcome'];
  #state: JudgeState | undefined;
  #at: number;

  /** @param otherwise what is said of metrics that the scenario says nothing of */
  constructor({ spec }: Release, now: number, otherwise: Said['outcome']) {
    this.#analysis = spec.plan.analysis;
    this.#judge = this.#analysis && judgeOf(this.#analysis, { first: spec.first === true });
    this.#state = this.#judge?.fresh;
    this.#otherwise = otherwise;
    this.#at = now;
  }

  /** Requests since the last block. @param now milliseconds since the epoch */
  count(now: number, stable: number, canary: number, bad: number): void {
    if (!this.#judge || !this.#state) return;
    const block = { at: now, seconds: (now - this.#at) / 1000, stable: { requests: stable, bad: 0 }, canary: { requests: canary, bad } };
    this.#state = this.#judge.add(this.#state, REQUESTS, { kind: 'errorRate', block });
    this.#at = now;
  }

  observe(): readonly MetricObservation[] {
    const observed = this.#judge && this.#state ? this.#judge.observe(this.#state) : [];
    return observed.map((metric) => (metric.name === REQUESTS ? metric : { ...metric, samples: 1, outcome: this.#otherwise, says: 'as the scenario has it', ...this.said.get(metric.name) }));
  }
}

import { LatencyHistogram } from './latency-histogram.js';

/** How one request ended. `error`: no answer came, such as `ECONNREFUSED` or `timeout`. */
export type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly observed: string | undefined; readonly user?: string | undefined; readonly milliseconds: number }
  | { readonly kind: 'error'; readonly error: string };

export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What happened in one second, or in a whole run. Milliseconds throughout. */
export interface LoadReport {
  readonly sent: number;
  /** Answers of any status. */
  readonly answered: number;
  /** Statuses of 500 and above, and requests without an answer. */
  readonly failed: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Answers, failures and different users by what was observed in answers, such as the version that served. */
  readonly observed: Readonly<Record<string, Observed>>;
  readonly latency: Latency;
}

/** Answers in which the same was observed. */
export interface Observed {
  readonly answered: number;
  readonly failed: number;
  /** How many different users got such an answer; 0 where the load has none. */
  readonly users: number;
}

/** Counts requests. */
export class Tally {
  readonly #latency = new LatencyHistogram();
  readonly #statuses: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #observed: Record<string, { answered: number; failed: number; readonly users: Set<string> }> = {};
  #sent = 0;
  #answered = 0;
  #failed = 0;

  send(): void {
    this.#sent++;
  }

  end(outcome: Outcome): void {
    if (outcome.kind === 'error') {
      this.#failed++;
      this.#errors[outcome.error] = (this.#errors[outcome.error] ?? 0) + 1;
      return;
    }
    const failed = outcome.status >= 500 ? 1 : 0;
    this.#answered++;
    this.#failed += failed;
    this.#statuses[outcome.status] = (this.#statuses[outcome.status] ?? 0) + 1;
    this.#latency.add(outcome.milliseconds);
    if (outcome.observed === undefined) return;
    const seen = (this.#observed[outcome.observed] ??= { answered: 0, failed: 0, users: new Set() });
    seen.answered++;
    seen.failed += failed;
    if (outcome.user !== undefined) seen.users.add(outcome.user);
  }

  report(): LoadReport {
    const round = (value: number): number => Math.round(value * 100) / 100;
    const latency = this.#latency;
    return {
      sent: this.#sent,
      answered: this.#answered,
      failed: this.#failed,
      statuses: { ...this.#statuses },
      errors: { ...this.#errors },
      observed: Object.fromEntries(Object.entries(this.#observed).map(([what, { answered, failed, users }]) => [what, { answered, failed, users: users.size }])),
      latency: {
        mean: round(latency.mean),
        p50: round(latency.quantile(0.5)),
        p90: round(latency.quantile(0.9)),
        p99: round(latency.quantile(0.99)),
        max: round(latency.max),
      },
    };
  }
}

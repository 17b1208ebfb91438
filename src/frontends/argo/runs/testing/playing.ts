import type { Job } from '../../../../kubernetes/generated/batch-v1.js';
import { timestamp } from '../../../../kubernetes/conditions.js';
import type { AnalysisRun, Measurement, RunPhase } from '../../kinds/analysis.js';
import { advanceAnalysisRun, type DueMeasurement, type RunDecision, type TakenMeasurement } from '../advance.js';
import { JOB_METRIC_ANNOTATION, JOB_NAME_KEY } from '../labels.js';

export const START = Date.parse('2026-01-01T00:00:00Z');

/** What the k-th measurement of a metric comes to, from 1. */
export type Outcome = (metric: string, number: number) => RunPhase;

/** Plays an AnalysisRun: takes measurements when they are due, keeps what is on record, and can lose everything else. */
export class Play {
  run: AnalysisRun;
  now = START;
  readonly begun: { readonly metric: string; readonly number: number; readonly at: number }[] = [];
  readonly events: string[] = [];
  jobs: Job[] = [];
  /** How long a measurement takes, in milliseconds. */
  lasts = 0;
  readonly #outcome: Outcome;
  #underWay = new Map<string, { readonly due: DueMeasurement; readonly at: number }>();
  last: RunDecision | undefined;

  constructor(spec: AnalysisRun['spec'], outcome: Outcome) {
    this.run = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name: 'run', namespace: 'shop', uid: 'u' }, spec };
    this.#outcome = outcome;
  }

  /** One pass. */
  pass(): RunDecision {
    const ended = [...this.#underWay].filter(([, { at }]) => this.now >= at + this.lasts);
    const taken = ended.map(([metric, { due }]) => this.#taken(metric, due));
    const underWay = new Set([...this.#underWay.keys()].filter((metric) => !ended.some(([each]) => each === metric)));
    const decision = advanceAnalysisRun(this.run, { taken, underWay, jobs: this.jobs, podsOf: () => [] }, this.now);
    this.last = decision;
    this.run = { ...this.run, status: decision.status };
    for (const [metric] of ended) this.#underWay.delete(metric);
    for (const { metric, phase } of decision.ended) this.events.push(`${metric ?? ''} ${phase}`);
    if (!decision.waits) for (const [metric, { due }] of this.#underWay) if (!due.metric.provider.job) this.#underWay.delete(metric);
    for (const due of decision.measure) {
      this.#underWay.set(due.metric.name, { due, at: this.now });
      this.begun.push({ metric: due.metric.name, number: due.number, at: this.now });
    }
    this.jobs = this.jobs.filter(({ metadata }) => !decision.removeJobs.includes(metadata.name));
    return decision;
  }

  /** The process dies; what is on record and what is on the cluster stays. */
  kill(): void {
    this.#underWay.clear();
  }

  /** Goes on until the run ends, or so many seconds. */
  play(seconds: number, each: (play: Play) => void = () => undefined): this {
    for (let second = 0; second < seconds && this.run.status?.completedAt === undefined; second++) {
      each(this);
      this.pass();
      // What is taken at once is told of in a pass of its own.
      this.pass();
      this.now += 1000;
    }
    return this;
  }

  endJob(name: string, type: 'Complete' | 'Failed'): void {
    this.jobs = this.jobs.map((job) => (job.metadata.name === name ? { ...job, status: { conditions: [{ type, status: 'True' }] } } : job));
  }

  #taken(metric: string, { metric: { provider }, number }: DueMeasurement): TakenMeasurement {
    const startedAt = timestamp(this.now);
    if (provider.job) {
      const name = `u.${metric}.${number}`;
      if (!this.jobs.some(({ metadata }) => metadata.name === name)) this.jobs = [...this.jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations: { [JOB_METRIC_ANNOTATION]: metric } }, spec: { template: {} } }];
      return { metric, number, measurement: { phase: 'Running', startedAt, metadata: { [JOB_NAME_KEY]: name } } };
    }
    const phase = this.#outcome(metric, number);
    const measurement: Measurement = { phase, value: String(number), startedAt, finishedAt: timestamp(this.now), ...(phase === 'Error' ? { message: 'no answer' } : {}) };
    return { metric, number, measurement };
  }
}

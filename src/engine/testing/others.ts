import { stepOf, type Step } from '../../model/plan.js';
import type { Release, ReleaseStatus } from '../../model/release.js';
import type { ApprovalObservation, GateObservation, JobObservation } from '../observation.js';

/** How those who are asked answer in one scenario. */
export interface Manners {
  readonly job: 'succeeds' | 'fails' | 'hangs';
  readonly gate: 'opens' | 'refuses' | 'shut';
  /** What metrics say that the scenario says nothing of. */
  readonly metrics: 'pass' | 'undecided';
}

/** Those whom a release asks: Jobs, webhooks and people. */
export class Others {
  readonly manners: Manners;
  readonly approvals: ApprovalObservation[] = [];
  /** How often each Job was made, and each webhook's key was used. */
  readonly runs = new Map<string, number>();
  readonly keys = new Map<number, Set<string>>();
  readonly #jobs = new Map<string, JobObservation['state']>();
  #gate: { readonly key: string; observation: GateObservation } | undefined;

  constructor(manners: Manners) {
    this.manners = manners;
  }

  /** What the controller does about the step on record: it makes the Job that is not there, asks the gate, tidies the rest. */
  carryOut(release: Release, status: ReleaseStatus): void {
    const step = status.phase === 'Progressing' && status.step.called ? stepAt(release, status.step.index) : undefined;
    const job = jobName(release, status.step.index);
    for (const name of this.#jobs.keys()) if (name !== job || step?.kind !== 'job') this.#jobs.delete(name);
    if (step?.kind === 'job' && !this.#jobs.has(job)) {
      this.#jobs.set(job, 'running');
      this.runs.set(job, (this.runs.get(job) ?? 0) + 1);
    }
    if (step?.kind !== 'gate') this.#gate = undefined;
    else if (!release.spec.paused) this.#gate ??= this.#ask(release, status.step.index);
  }

  #ask(release: Release, index: number): { readonly key: string; observation: GateObservation } {
    const key = `${release.metadata.uid ?? ''}-${index + 1}`;
    this.keys.set(index, new Set([...(this.keys.get(index) ?? []), key]));
    return { key, observation: { state: 'asking', detail: 'no answer yet' } };
  }

  /** What was only known to a controller that died. */
  forget(): void {
    this.#gate = undefined;
  }

  observe(release: Release, { step: { index, called } }: ReleaseStatus): { job: JobObservation | undefined; gate: GateObservation | undefined; approvals: ApprovalObservation[] } {
    const kind = called ? stepAt(release, index)?.kind : undefined;
    const name = jobName(release, index);
    const state = this.#jobs.get(name) ?? 'running';
    return {
      job: kind === 'job' ? { name, state, detail: state === 'failed' ? 'exit code 1' : '' } : undefined,
      gate: kind === 'gate' ? this.#gate?.observation : undefined,
      approvals: [...this.approvals],
    };
  }

  /** What they may do next. */
  due(): (() => void)[] {
    const due: (() => void)[] = [];
    const { job, gate } = this.manners;
    for (const [name, state] of this.#jobs) if (state === 'running' && job !== 'hangs') due.push(() => this.#jobs.set(name, job === 'succeeds' ? 'succeeded' : 'failed'));
    const asked = this.#gate;
    if (asked?.observation.state === 'asking' && gate !== 'shut') due.push(() => { asked.observation = gate === 'opens' ? { state: 'open', detail: '' } : { state: 'refused', detail: 'freeze' }; });
    return due;
  }
}

/** The step of a plan with this index, from 0. */
export function stepAt({ spec }: Release, index: number): Step | undefined {
  const planned = spec.plan.steps[index];
  return planned && stepOf(planned);
}

const jobName = ({ metadata }: Release, index: number): string => `${metadata.name}-step-${index + 1}`;

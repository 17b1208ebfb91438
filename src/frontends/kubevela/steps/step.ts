import type { ReleaseSpec } from '../../../model/release.js';
import type { Application } from '../application.js';
import type { ComponentFacts } from '../components/facts.js';
import type { StepReason, StepStatus } from '../status.js';
import type { PlannedStep, PlannedWorkflow } from '../workflow/planned-workflow.js';

/** What a release is told. */
export interface Command {
  readonly release: string;
  readonly spec: Pick<Partial<ReleaseSpec>, 'abort' | 'paused' | 'advanceTo'>;
}

/** A request that is sent outside, at least once, always with the same key. */
export interface Call {
  readonly key: string;
  readonly type: 'webhook' | 'notification';
  readonly properties: unknown;
}

/** How a call ended. */
export interface Answer {
  readonly succeeded: boolean;
  readonly message: string;
}

/** What a step sees. */
export interface StepContext {
  readonly app: Application;
  readonly plan: PlannedWorkflow;
  readonly components: ReadonlyMap<string, ComponentFacts>;
  readonly answers: ReadonlyMap<string, Answer>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** All steps as they stand, by name. */
  readonly records: ReadonlyMap<string, StepStatus>;
}

/** What a step has come to. */
export interface StepOutcome {
  readonly phase: 'running' | 'suspending' | 'succeeded' | 'failed';
  readonly reason?: StepReason;
  readonly message?: string;
  readonly attempts?: number;
  readonly commands?: readonly Command[];
  readonly calls?: readonly Call[];
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number | undefined;
}

/**
 * Does one step as far as it goes now. Level-triggered: what it asks for follows from what is seen, so asking twice changes nothing.
 * @param record as it stands; with `firstExecuteTime` of now when it begins
 * @param begins whether it begins in this pass
 */
export type StepHandler = (step: PlannedStep, record: StepStatus, context: StepContext, begins: boolean) => StepOutcome;

import { timestamp } from '../../../kubernetes/conditions.js';
import { contentHash } from '../content-hash.js';
import type { StepStatus, WorkflowStepStatus } from '../status.js';
import { handlerOf } from '../steps/handlers.js';
import { groupOutcome } from '../steps/step-group.js';
import type { Call, Command, StepContext, StepOutcome } from '../steps/step.js';
import { durationOf, earlier, timeOf } from './durations.js';
import { judgeCondition } from './if-condition.js';
import { isFinished, speaksAgainst, stepsByName } from './phases.js';
import type { PlannedStep, WorkflowMode } from './planned-workflow.js';

/** What a pass over the steps of a run came to. */
export interface MachinePass {
  readonly steps: readonly WorkflowStepStatus[];
  /** Whether all steps are over. */
  readonly finished: boolean;
  readonly commands: readonly Command[];
  readonly calls: readonly Call[];
  /** Milliseconds since the epoch. */
  readonly lookAgainAt: number | undefined;
}

/** What names a run: ids of steps are made from it. */
export interface RunName {
  readonly uid: string;
  readonly run: string;
  readonly startTime: string;
}

/** One pass: everything that can be done now is done. @param found the steps as they stood */
export function passOverSteps(found: readonly WorkflowStepStatus[], context: Omit<StepContext, 'records'>, run: RunName): MachinePass {
  return new Pass(found, context, run).done();
}

class Pass {
  readonly #records: Map<string, StepStatus>;
  readonly #context: Omit<StepContext, 'records'>;
  readonly #run: RunName;
  readonly #names: readonly string[];
  readonly #commands: Command[] = [];
  readonly #calls: Call[] = [];
  readonly #seen = new Set<string>();
  #lookAgainAt: number | undefined;

  constructor(found: readonly WorkflowStepStatus[], context: Omit<StepContext, 'records'>, run: RunName) {
    this.#records = stepsByName(found);
    this.#context = context;
    this.#run = run;
    this.#names = context.plan.steps.flatMap((step) => [step.name, ...step.subSteps.map(({ name }) => name)]);
  }

  done(): MachinePass {
    const { mode, steps } = this.#context.plan;
    this.#runAll(steps, mode, undefined);
    return {
      steps: steps.flatMap((step) => this.#asStatus(step)),
      finished: steps.every(({ name }) => isFinished(this.#records.get(name))),
      commands: this.#commands,
      calls: this.#calls,
      lookAgainAt: this.#lookAgainAt,
    };
  }

  #asStatus(step: PlannedStep): WorkflowStepStatus[] {
    const record = this.#records.get(step.name);
    if (record === undefined) return [];
    const { subSteps: _, ...own }: WorkflowStepStatus = record;
    const subSteps = step.subSteps.flatMap((each) => this.#records.get(each.name) ?? []);
    return [{ ...own, ...(subSteps.length > 0 ? { subSteps } : {}) }];
  }

  #runAll(steps: readonly PlannedStep[], mode: WorkflowMode, group: PlannedStep | undefined): void {
    if (mode === 'StepByStep') {
      for (const [index, step] of steps.entries()) {
        this.#runOne(step, group, steps.slice(0, index).some(({ name }) => speaksAgainst(this.#records.get(name))));
        if (!isFinished(this.#records.get(step.name))) return;
      }
      return;
    }
    // One that is over lets others begin that stand before it in the list.
    for (let before = -1, over = 0; before < over; ) {
      before = over;
      for (const step of steps) this.#runOne(step, group, this.#anyAgainst(step.dependsOn, new Set()));
      over = steps.filter(({ name }) => isFinished(this.#records.get(name))).length;
    }
  }

  /** Whether one of these, or one that they depend on, did not succeed. */
  #anyAgainst(names: readonly string[], visited: Set<string>): boolean {
    return names.some((name) => {
      if (visited.has(name)) return false;
      visited.add(name);
      return speaksAgainst(this.#records.get(name)) || this.#anyAgainst(this.#planned(name)?.dependsOn ?? [], visited);
    });
  }

  #planned(name: string): PlannedStep | undefined {
    return this.#context.plan.steps.flatMap((step) => [step, ...step.subSteps]).find((step) => step.name === name);
  }

  #runOne(step: PlannedStep, group: PlannedStep | undefined, against: boolean): void {
    const record = this.#records.get(step.name);
    if (isFinished(record) || this.#seen.has(step.name)) return;
    const above = group && this.#records.get(group.name);
    if (above?.phase === 'skipped') return this.#put(step, { phase: 'skipped', reason: 'Skip' });
    if (above?.phase === 'failed') return this.#put(step, { phase: 'failed', reason: above.reason === 'Terminate' ? 'Terminate' : 'Timeout' });
    const waitsFor = step.dependsOn.filter((name) => !isFinished(this.#records.get(name)));
    if (waitsFor.length > 0) return this.#put(step, { phase: 'pending', reason: 'Wait', message: `Waits for ${waitsFor.join(', ')}.` });
    const begins = typeof record?.firstExecuteTime !== 'string' || record.phase === 'pending';
    if (begins) {
      const left = this.#leftOut(step, against);
      if (left !== undefined) return this.#put(step, { phase: 'skipped', reason: 'Skip', ...(left === '' ? {} : { message: left }) });
    }
    this.#execute(step, begins);
  }

  /** Why a step is left out, '' without a word; undefined when it is done. */
  #leftOut(step: PlannedStep, against: boolean): string | undefined {
    if (step.if === 'always') return undefined;
    if (step.if === undefined) return against ? '' : undefined;
    const { app } = this.#context;
    const context = { name: app.metadata.name, namespace: app.metadata.namespace, appName: app.metadata.name, publishVersion: app.metadata.annotations?.['app.oam.dev/publishVersion'] ?? '', stepName: step.name };
    const judged = judgeCondition(step, { status: this.#records, names: this.#names, context });
    return judged.holds ? undefined : (judged.problem ?? '');
  }

  #execute(step: PlannedStep, begins: boolean): void {
    const { now } = this.#context;
    const found = this.#records.get(step.name);
    const record: StepStatus = begins ? { ...this.#named(step), phase: 'running', firstExecuteTime: timestamp(now) } : { ...this.#named(step), ...found };
    const timeout = durationOf(step.timeout);
    const until = timeout === undefined ? undefined : (timeOf(record.firstExecuteTime) ?? now) + timeout;
    const overdue = until !== undefined && now >= until && !begins;
    if (step.type === 'step-group') return this.#group(step, record, until, overdue);
    this.#seen.add(step.name);
    if (overdue) return this.#put(step, { phase: 'failed', reason: 'Timeout', message: `Not over after ${step.timeout ?? ''}.` });
    this.#lookAgainAt = earlier(this.#lookAgainAt, until);
    // A person suspended it; what it drives is held elsewhere.
    if (record.phase === 'suspending' && step.type !== 'suspend') return;
    const handler = handlerOf(step.type);
    const outcome: StepOutcome = handler?.(step, record, { ...this.#context, records: this.#records }, begins) ?? { phase: 'failed', reason: 'Action', message: `There is no step of the type ${step.type}.` };
    this.#commands.push(...(outcome.commands ?? []));
    this.#calls.push(...(outcome.calls ?? []));
    this.#lookAgainAt = earlier(this.#lookAgainAt, outcome.lookAgainAt);
    this.#put(step, outcome);
  }

  #group(step: PlannedStep, record: StepStatus, until: number | undefined, overdue: boolean): void {
    if (overdue) this.#put(step, { phase: 'failed', reason: 'Timeout', message: `Not over after ${step.timeout ?? ''}.` });
    else {
      this.#lookAgainAt = earlier(this.#lookAgainAt, until);
      this.#records.set(step.name, { ...record, phase: record.phase === 'pending' ? 'running' : (record.phase ?? 'running') });
    }
    this.#runAll(step.subSteps, step.subMode, step);
    if (overdue) return;
    this.#put(step, groupOutcome(step.subSteps.flatMap(({ name }) => this.#records.get(name) ?? []), step.subSteps.length));
  }

  #named({ name, type }: PlannedStep): StepStatus {
    const { uid, run, startTime } = this.#run;
    return { id: contentHash([uid, run, startTime, name]).slice(0, 10), name, type };
  }

  /** Writes a step down; times move only when something else does. */
  #put(step: PlannedStep, { phase, reason, message, attempts }: Pick<StepStatus, 'phase' | 'reason' | 'message' | 'attempts'>): void {
    const before = this.#records.get(step.name);
    const now = timestamp(this.#context.now);
    const began = typeof before?.firstExecuteTime === 'string' && before.phase !== 'pending' ? before.firstExecuteTime : now;
    const next: StepStatus = {
      ...this.#named(step),
      ...(before?.id === undefined ? {} : { id: before.id }),
      ...(phase === undefined ? {} : { phase }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined || message === '' ? {} : { message }),
      firstExecuteTime: began,
      lastExecuteTime: now,
      ...(attempts === undefined ? {} : { attempts }),
    };
    const same = before !== undefined && (['phase', 'reason', 'message', 'attempts', 'id'] as const).every((field) => before[field] === next[field]);
    this.#records.set(step.name, same ? before : next);
  }
}

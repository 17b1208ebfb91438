import { describe, expect, it } from 'vitest';
import type { Application, WorkflowStep } from '../application.js';
import type { StepStatus, WorkflowStepStatus } from '../status.js';
import type { Answer } from '../steps/step.js';
import { callKey } from '../steps/calling.js';
import { simple } from '../testing/manifests.js';
import { passOverSteps, type MachinePass } from './machine.js';
import { plannedWorkflow } from './planned-workflow.js';

const START = Date.UTC(2026, 0, 1, 12);
const hook = (name: string, more: Partial<WorkflowStep> = {}): WorkflowStep => ({ name, type: 'webhook', properties: { url: { value: 'http://x' } }, ...more });
const suspend = (name: string, more: Partial<WorkflowStep> = {}): WorkflowStep => ({ name, type: 'suspend', ...more });
const group = (name: string, subSteps: readonly WorkflowStep[], more: Partial<WorkflowStep> = {}): WorkflowStep => ({ name, type: 'step-group', subSteps: [...subSteps], ...more });

/** A run of steps that call, whose answers are given by hand. */
class Run {
  now = START;
  steps: readonly WorkflowStepStatus[] = [];
  readonly answers = new Map<string, Answer>();
  last: MachinePass | undefined;
  readonly app: Application;

  constructor(steps: readonly WorkflowStep[], mode?: NonNullable<NonNullable<Application['spec']['workflow']>['mode']>) {
    this.app = simple(['web'], steps, mode);
  }

  pass(): this {
    const pass = passOverSteps(this.steps, { app: this.app, plan: plannedWorkflow(this.app), components: new Map(), answers: this.answers, now: this.now }, { uid: 'u', run: 'r', startTime: 's' });
    this.steps = pass.steps;
    this.last = pass;
    return this;
  }

  step(name: string): StepStatus | undefined {
    return this.steps.flatMap((step) => [step, ...(step.subSteps ?? [])]).find((step) => step.name === name);
  }

  answer(name: string, succeeded: boolean): this {
    const step = this.step(name);
    if (!step) throw new Error(`${name} has not begun`);
    this.answers.set(callKey(step, step.attempts ?? 1), { succeeded, message: succeeded ? 'taken' : 'refused' });
    return this.pass();
  }

  /** Fails all attempts. */
  fail(name: string): this {
    for (let attempt = 0; attempt < 12 && this.step(name)?.reason !== 'FailedAfterRetries'; attempt++) {
      this.answer(name, false);
      this.now += 600_000;
      this.pass();
    }
    return this;
  }

  set(name: string, change: Partial<StepStatus>): this {
    this.steps = this.steps.map((step) => (step.name === name ? { ...step, ...change } : step));
    return this;
  }

  get phases(): Record<string, string> {
    return Object.fromEntries(this.steps.flatMap((step) => [step, ...(step.subSteps ?? [])]).map(({ name = '', phase = '', reason = '' }) => [name, phase === 'failed' ? `failed ${reason}` : phase]));
  }
}

describe('steps one after the other', () => {
  it('begin when the one before is over', () => {
    const run = new Run([hook('a'), hook('b')]).pass();
    expect(run.phases).toEqual({ a: 'running' });
    expect(run.answer('a', true).phases).toEqual({ a: 'succeeded', b: 'running' });
    expect(run.last?.finished).toBe(false);
    expect(run.answer('b', true).last?.finished).toBe(true);
  });

  it('are left out after one that failed, unless they say otherwise', () => {
    const run = new Run([hook('a'), hook('b'), hook('c', { if: 'always' }), hook('d', { if: 'status.a.failed && status["b"].skipped' }), hook('e', { if: 'status.a.succeeded' })]).pass().fail('a');
    expect(run.phases).toMatchObject({ a: 'failed FailedAfterRetries', b: 'skipped', c: 'running' });
    run.answer('c', true);
    expect(run.phases).toMatchObject({ d: 'running' });
    expect(run.answer('d', true).phases).toMatchObject({ e: 'skipped' });
    expect(run.last?.finished).toBe(true);
  });

  it('are left out, with the reason, where their condition cannot be told', () => {
    const run = new Run([hook('a', { if: 'status.nothing.failed' })]).pass();
    expect(run.step('a')).toMatchObject({ phase: 'skipped', reason: 'Skip' });
    expect(run.step('a')?.message).toContain('no such key: nothing');
  });

  it('have the same id in every pass, and another one in another run', () => {
    const run = new Run([hook('a')]).pass();
    const id = run.step('a')?.id;
    expect(run.pass().step('a')?.id).toBe(id);
    const other = passOverSteps([], { app: run.app, plan: plannedWorkflow(run.app), components: new Map(), answers: new Map(), now: START }, { uid: 'u', run: 'r', startTime: 'later' });
    expect(other.steps[0]?.id).not.toBe(id);
  });

  it('are not written again while nothing changes', () => {
    const run = new Run([hook('a')]).pass();
    const before = run.steps;
    run.now += 60_000;
    expect(run.pass().steps).toEqual(before);
  });
});

describe('a call', () => {
  it('has the same key until it is answered, and another one when it is made again', () => {
    const run = new Run([hook('a')]).pass();
    const key = run.last?.calls[0]?.key;
    expect(run.pass().last?.calls.map((call) => call.key)).toEqual([key]);
    run.answer('a', false);
    expect(run.step('a')).toMatchObject({ phase: 'failed', reason: 'Execute', message: 'refused', attempts: 1 });
    expect(run.last).toMatchObject({ calls: [], finished: false, lookAgainAt: START + 1000 });
    run.now += 1000;
    run.pass();
    expect(run.step('a')).toMatchObject({ phase: 'running', attempts: 2 });
    expect(run.last?.calls[0]?.key).not.toBe(key);
  });

  it('has failed after ten attempts', () => {
    const run = new Run([hook('a')]).pass();
    let asked = 0;
    for (; run.step('a')?.reason !== 'FailedAfterRetries'; asked++) {
      run.answer('a', false);
      run.now += 300_000;
      run.pass();
    }
    expect(asked).toBe(10);
    expect(run.last?.finished).toBe(true);
  });

  it('tells the Application unless it is told what to say', () => {
    const run = new Run([hook('a'), hook('b', { properties: { url: { value: 'http://x' }, data: { hello: 1 } } })]).pass();
    expect(run.last?.calls[0]?.properties).toMatchObject({ url: { value: 'http://x' }, data: { kind: 'Application', metadata: { name: 'shop' } } });
    expect(run.answer('a', true).last?.calls[0]?.properties).toMatchObject({ data: { hello: 1 } });
  });
});

describe('a suspension', () => {
  it('lasts until somebody goes on', () => {
    const run = new Run([suspend('wait'), hook('b')]).pass();
    run.now += 86_400_000;
    expect(run.pass().phases).toEqual({ wait: 'suspending' });
    expect(run.set('wait', { phase: 'running' }).pass().phases).toEqual({ wait: 'succeeded', b: 'running' });
  });

  it('ends by itself after its duration', () => {
    const run = new Run([suspend('wait', { properties: { duration: '90s' } })]).pass();
    expect(run.last?.lookAgainAt).toBe(START + 90_000);
    run.now += 89_000;
    expect(run.pass().phases).toEqual({ wait: 'suspending' });
    run.now += 1000;
    expect(run.pass().phases).toEqual({ wait: 'succeeded' });
  });

  it('has failed when nobody went on in time', () => {
    const run = new Run([suspend('wait', { timeout: '1h' }), hook('b'), hook('c', { if: 'status.wait.timeout' })]).pass();
    expect(run.last?.lookAgainAt).toBe(START + 3_600_000);
    run.now += 3_600_000;
    expect(run.pass().phases).toEqual({ wait: 'failed Timeout', b: 'skipped', c: 'running' });
  });

  it('says its message', () => {
    expect(new Run([suspend('wait', { properties: { message: 'Ask Ana.' } })]).pass().step('wait')?.message).toBe('Ask Ana.');
  });
});

describe('steps as a graph', () => {
  const dag = { steps: 'DAG' } as const;

  it('begin together but for those that depend on others', () => {
    const run = new Run([hook('c', { dependsOn: ['a', 'b'] }), hook('a'), hook('b'), hook('d', { dependsOn: ['c'] })], dag).pass();
    expect(run.phases).toEqual({ c: 'pending', a: 'running', b: 'running', d: 'pending' });
    expect(run.step('c')?.message).toBe('Waits for a, b.');
    expect(run.answer('a', true).phases).toMatchObject({ c: 'pending' });
    expect(run.answer('b', true).phases).toMatchObject({ c: 'running', d: 'pending' });
  });

  it('go on beside one that is suspended or has failed', () => {
    const run = new Run([suspend('wait'), hook('a'), hook('b', { dependsOn: ['a'] }), hook('c')], dag).pass().fail('a');
    expect(run.phases).toEqual({ wait: 'suspending', a: 'failed FailedAfterRetries', b: 'skipped', c: 'running' });
  });

  it('are left out where something failed that they depend on at any distance', () => {
    const run = new Run([hook('a'), hook('b', { dependsOn: ['a'] }), hook('c', { dependsOn: ['b'] }), hook('d', { dependsOn: ['b'], if: 'always' })], dag).pass().fail('a');
    expect(run.phases).toMatchObject({ b: 'skipped', c: 'skipped', d: 'running' });
  });
});

describe('a group', () => {
  it('does its steps together, and is over when all are', () => {
    const run = new Run([group('g', [hook('a'), hook('b')]), hook('c')]).pass();
    expect(run.phases).toEqual({ g: 'running', a: 'running', b: 'running' });
    expect(run.answer('a', true).phases).toEqual({ g: 'running', a: 'succeeded', b: 'running' });
    expect(run.answer('b', true).phases).toEqual({ g: 'succeeded', a: 'succeeded', b: 'succeeded', c: 'running' });
    expect(run.steps[0]?.subSteps?.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('does them one after the other where it says so', () => {
    const run = new Run([group('g', [hook('a'), hook('b')], { mode: 'StepByStep' })]).pass();
    expect(run.phases).toEqual({ g: 'running', a: 'running' });
  });

  it('is suspended while nothing in it moves but a suspension, and failed when one of its steps has', () => {
    const run = new Run([group('g', [suspend('wait'), hook('a')])]).pass().answer('a', true);
    expect(run.phases).toMatchObject({ g: 'suspending' });
    const failed = new Run([group('g', [hook('a'), hook('b')]), hook('c')]).pass().answer('b', true).fail('a');
    expect(failed.phases).toMatchObject({ g: 'failed FailedAfterRetries', c: 'skipped' });
  });

  it('takes its steps along when it is left out, and when its time is over', () => {
    expect(new Run([group('g', [hook('a')], { if: 'status.g.failed' })]).pass().phases).toEqual({ g: 'skipped' });
    const run = new Run([group('g', [hook('a'), hook('b', { dependsOn: ['a'] })], { timeout: '10s' })]).pass();
    run.now += 10_000;
    expect(run.pass().phases).toEqual({ g: 'failed Timeout', a: 'failed Timeout', b: 'failed Timeout' });
    expect(run.last?.finished).toBe(true);
  });
});

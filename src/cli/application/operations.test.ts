import { describe, expect, it } from 'vitest';
import type { Application, WorkflowStep } from '../../frontends/kubevela/application.js';
import type { WorkflowStatus, WorkflowStepStatus } from '../../frontends/kubevela/status.js';
import { planOperation } from './operations.js';

const STEPS: WorkflowStep[] = [
  { name: 'first', type: 'canary-rollout' },
  { name: 'look', type: 'suspend' },
  { name: 'both', type: 'step-group', subSteps: [{ name: 'left', type: 'suspend' }, { name: 'right', type: 'webhook', dependsOn: ['left'] }, { name: 'far', type: 'notification', dependsOn: ['right'] }] },
  { name: 'rest', type: 'canary-rollout' },
];

const app = (workflow: WorkflowStatus | undefined, change: Partial<Application['spec']> = {}): Application => ({
  apiVersion: 'core.oam.dev/v1beta1',
  kind: 'Application',
  metadata: { name: 'book-info' },
  spec: { components: [], workflow: { steps: STEPS }, ...change },
  ...(workflow === undefined ? {} : { status: { workflow } }),
});

const step = (name: string, phase: NonNullable<WorkflowStepStatus['phase']>, more: Partial<WorkflowStepStatus> = {}): WorkflowStepStatus => ({ id: name, name, phase, ...more });
const atLook: WorkflowStatus = { appRevision: 'r', suspend: true, status: 'suspending', steps: [step('first', 'succeeded'), step('look', 'suspending', { type: 'suspend' })] };
const running: WorkflowStatus = { appRevision: 'r', suspend: false, status: 'executing', steps: [step('first', 'running')] };
const twoWait: WorkflowStatus = { suspend: true, steps: [step('look', 'suspending'), step('both', 'running', { subSteps: [step('left', 'suspending'), step('right', 'pending')] })] };

const written = (plan: ReturnType<typeof planOperation>): WorkflowStatus | null => {
  if (plan.outcome !== 'write') throw new Error(JSON.stringify(plan));
  return plan.workflow;
};

describe('resume', () => {
  it('lets every suspended step go on', () => {
    expect(written(planOperation('resume', app(atLook)))).toEqual({ ...atLook, suspend: false, steps: [step('first', 'succeeded'), step('look', 'running', { type: 'suspend' })] });
    expect(written(planOperation('resume', app(twoWait)))).toEqual({ suspend: false, steps: [step('look', 'running'), step('both', 'running', { subSteps: [step('left', 'running'), step('right', 'pending')] })] });
  });

  it('lets one go on and leaves the others', () => {
    const plan = planOperation('resume', app(twoWait), { step: 'left' });
    expect(written(plan)).toEqual({ suspend: true, steps: [step('look', 'suspending'), step('both', 'running', { subSteps: [step('left', 'running'), step('right', 'pending')] })] });
    expect(plan).toMatchObject({ done: 'Step left of Application book-info goes on.', next: expect.stringContaining('Still suspended: look.') });
    expect(written(planOperation('resume', app(atLook), { step: 'look' }))).toMatchObject({ suspend: false });
    expect(written(planOperation('resume', app(twoWait), { step: 'both' }))).toMatchObject({ suspend: true, steps: [{ phase: 'suspending' }, { subSteps: [{ phase: 'running' }, { phase: 'pending' }] }] });
  });

  it('knows the conditions of KubeVela', () => {
    expect(planOperation('resume', app(undefined))).toMatchObject({ outcome: 'refused', why: expect.stringContaining('no run of Application book-info has begun') });
    expect(planOperation('resume', app({ ...atLook, terminated: true }))).toMatchObject({ outcome: 'refused', why: 'the run of Application book-info was terminated and cannot be resumed. Begin it anew with: serin app restart book-info.' });
    expect(planOperation('resume', app({ ...atLook, terminated: true, finished: true, status: 'failed' }))).toMatchObject({ outcome: 'refused', why: expect.stringContaining('has ended (failed) and cannot be resumed') });
    expect(planOperation('resume', app(running))).toMatchObject({ outcome: 'nothing', done: 'Application book-info is not suspended.' });
    expect(planOperation('resume', app(atLook), { step: 'first' })).toMatchObject({ outcome: 'refused', why: 'step first of Application book-info is not suspended; suspended is look.' });
  });
});

describe('suspend', () => {
  it('holds what runs', () => {
    expect(written(planOperation('suspend', app(running)))).toEqual({ ...running, suspend: true });
  });

  it('holds what goes on beside a step that waits', () => {
    const partly: WorkflowStatus = { suspend: true, steps: [step('a', 'suspending', { type: 'suspend' }), step('b', 'running')] };
    expect(written(planOperation('suspend', app(partly)))).toEqual({ suspend: true, steps: [step('a', 'suspending', { type: 'suspend' }), step('b', 'suspending')] });
  });

  it('is for runs that go on', () => {
    expect(planOperation('suspend', app(atLook))).toMatchObject({ outcome: 'nothing', done: 'Application book-info is suspended already.' });
    expect(planOperation('suspend', app({ ...running, finished: true, status: 'succeeded' }))).toMatchObject({ outcome: 'refused', why: 'the run of Application book-info has ended (succeeded); there is nothing to suspend.' });
    expect(planOperation('suspend', app({ ...running, terminated: true }))).toMatchObject({ outcome: 'refused', why: expect.stringContaining('was terminated') });
  });
});

describe('terminate', () => {
  it('ends what runs and what waits', () => {
    expect(written(planOperation('terminate', app(atLook)))).toEqual({ ...atLook, terminated: true, suspend: false, steps: [step('first', 'succeeded'), step('look', 'failed', { type: 'suspend', reason: 'Terminate', message: 'Somebody ended the run.' })] });
  });

  it('does so once', () => {
    expect(planOperation('terminate', app({ ...running, terminated: true }))).toMatchObject({ outcome: 'nothing' });
    expect(planOperation('terminate', app({ ...running, finished: true, status: 'succeeded' }))).toMatchObject({ outcome: 'refused' });
  });
});

describe('restart', () => {
  const failed: WorkflowStatus = {
    terminated: true, finished: true, suspend: false, endTime: '2026-01-01T00:00:00Z',
    steps: [step('first', 'succeeded'), step('look', 'failed', { reason: 'Timeout' }), step('both', 'skipped'), step('rest', 'skipped')],
  };

  it('takes the whole run away', () => {
    expect(written(planOperation('restart', app(failed)))).toBeNull();
    expect(written(planOperation('restart', app(running)))).toBeNull();
  });

  it('keeps what was done before a failed step', () => {
    expect(written(planOperation('restart', app(failed), { step: 'look' }))).toEqual({ terminated: false, finished: false, suspend: false, endTime: null, steps: [step('first', 'succeeded')] });
  });

  it('keeps what does not depend on it, where steps depend on each other', () => {
    const dag = { workflow: { mode: { steps: 'DAG' as const }, steps: [{ name: 'a', type: 'suspend' }, { name: 'b', type: 'webhook', dependsOn: ['a'] }, { name: 'c', type: 'webhook', dependsOn: ['b'] }, { name: 'd', type: 'webhook' }] } };
    const status: WorkflowStatus = { finished: true, steps: [step('a', 'failed'), step('b', 'skipped'), step('c', 'skipped'), step('d', 'succeeded')] };
    expect(written(planOperation('restart', app(status, dag), { step: 'a' }))?.steps).toEqual([step('d', 'succeeded')]);
  });

  it('begins in the middle of a group', () => {
    const status: WorkflowStatus = {
      finished: true,
      steps: [step('first', 'succeeded'), step('look', 'succeeded'), step('both', 'failed', { reason: 'Action', subSteps: [step('left', 'succeeded'), step('right', 'failed'), step('far', 'skipped')] }), step('rest', 'skipped')],
    };
    expect(written(planOperation('restart', app(status), { step: 'right' }))?.steps).toEqual([step('first', 'succeeded'), step('look', 'succeeded'), step('both', 'running', { subSteps: [step('left', 'succeeded')] })]);
  });

  it('is refused for a step that has not failed', () => {
    expect(planOperation('restart', app(failed), { step: 'first' })).toMatchObject({ outcome: 'refused', why: expect.stringContaining('step first of Application book-info has not failed (succeeded)') });
    expect(planOperation('restart', app(failed), { step: 'other' })).toMatchObject({ outcome: 'refused', why: 'Application book-info has no step other that has begun. Failed: look.' });
  });
});

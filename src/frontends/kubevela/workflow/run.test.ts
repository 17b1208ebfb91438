import { describe, expect, it } from 'vitest';
import type { Application } from '../application.js';
import { simple } from '../testing/manifests.js';
import type { WorkflowStatus } from '../status.js';
import { plannedWorkflow } from './planned-workflow.js';
import { presentRun, RESTART_ANNOTATION, runName } from './run.js';

const NOON = Date.UTC(2026, 0, 1, 12);
const before: WorkflowStatus = { appRevision: 'shop-v1:h', finished: true, status: 'succeeded', startTime: '2026-01-01T11:00:00Z', endTime: '2026-01-01T11:30:00Z', steps: [] };

function present(workflow: WorkflowStatus | undefined, annotations: Readonly<Record<string, string>> = {}, now = NOON) {
  const app: Application = { ...simple(['web']), metadata: { name: 'shop', namespace: 'default', annotations: { ...annotations } }, status: { ...(workflow ? { workflow } : {}) } };
  return presentRun(app, runName(app, { name: 'shop-v1', hash: 'h' }), plannedWorkflow(app), now);
}

describe('a run', () => {
  it('goes on while revision and hash of the spec stay', () => {
    expect(present(before)).toMatchObject({ begins: false, workflow: before });
  });

  it('begins where there was none, or where its record was removed', () => {
    expect(present(undefined)).toMatchObject({ begins: true, ended: undefined, workflow: { appRevision: 'shop-v1:h', startTime: '2026-01-01T12:00:00Z', mode: 'DAG-DAG', finished: false } });
  });

  it('takes the place of one of another spec, which it ends where it was not over', () => {
    expect(present({ ...before, appRevision: 'shop-v0:g' })).toMatchObject({ begins: true, ended: undefined });
    expect(present({ ...before, appRevision: 'shop-v0:g', finished: false })).toMatchObject({ begins: true, ended: { appRevision: 'shop-v0:g' } });
  });

  it('is named by the publish version where there is one', () => {
    expect(present(before, { 'app.oam.dev/publishVersion': 'v7' })).toMatchObject({ begins: true, workflow: { appRevision: 'v7' } });
  });
});

describe('the annotation that restarts', () => {
  const restart = (value: string, workflow = before, now = NOON) => present(workflow, { [RESTART_ANNOTATION]: value }, now);

  it('does so once where it says true, and again once it was taken off in between', () => {
    const first = restart('true');
    expect(first).toMatchObject({ begins: true, workflow: { restartedFor: 'true' } });
    expect(restart('true', first.workflow).begins).toBe(false);
    const without = present({ ...first.workflow, finished: true }).workflow;
    expect(without).not.toHaveProperty('restartedFor');
    expect(restart('true', without).begins).toBe(true);
  });

  it('does so at a time', () => {
    expect(restart('2026-01-01T12:05:00Z')).toMatchObject({ begins: false, restartsAt: NOON + 300_000 });
    expect(restart('2026-01-01T12:00:00Z').begins).toBe(true);
    expect(restart('2026-01-01T10:00:00Z').begins).toBe(false);
  });

  it('does so at an interval after the end', () => {
    expect(restart('1h')).toMatchObject({ begins: false, restartsAt: NOON + 1_800_000 });
    expect(restart('30m').begins).toBe(true);
    expect(restart('30m', { ...before, finished: false }).begins).toBe(false);
  });

  it('means nothing where it cannot be read', () => {
    expect(restart('soon')).toMatchObject({ begins: false, restartsAt: undefined });
  });
});

import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import type { RolloutStatus } from '../../frontends/argo/kinds/rollout-status.js';
import { planRolloutSteering, type RolloutPlan, type RolloutVerb } from './rollout-plan.js';

const now = Date.parse('2026-01-01T00:00:00Z');
const moving: RolloutStatus = { currentPodHash: 'b', stableRS: 'a', currentStepIndex: 1, phase: 'Paused', message: 'CanaryPauseStep' };
const waiting: RolloutStatus = { ...moving, pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }], controllerPause: true };
const steps = [{ setWeight: 10 }, { pause: {} }, { setWeight: 100 }];

const rollout = (status: RolloutStatus, paused?: boolean): Rollout => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' }, spec: { ...(paused === undefined ? {} : { paused }), strategy: { canary: { steps } } }, status });
const plan = (verb: RolloutVerb, status: RolloutStatus, { full = false, paused = undefined as boolean | undefined } = {}): RolloutPlan => planRolloutSteering(verb, rollout(status, paused), { full, now });

describe('what a verb comes to for a Rollout', () => {
  it.each([
    ['abort', moving, {}, { status: { abort: true } }],
    ['retry', { ...moving, abort: true }, {}, { status: { abort: false } }],
    ['pause', moving, {}, { spec: { paused: true } }],
    ['restart', moving, {}, { spec: { restartAt: '2026-01-01T00:00:00Z' } }],
    ['resume', waiting, {}, { status: { pauseConditions: null } }],
    ['resume', moving, { paused: true }, { spec: { paused: false } }],
    ['resume', waiting, { paused: true }, { spec: { paused: false }, status: { pauseConditions: null } }],
    ['promote', waiting, {}, { status: { pauseConditions: null } }],
    ['promote', moving, {}, { status: { pauseConditions: null, currentStepIndex: 2 } }],
    ['promote', moving, { full: true }, { status: { promoteFull: true } }],
    ['promote', waiting, { full: true, paused: true }, { spec: { paused: false }, status: { promoteFull: true } }],
    ['promote', { ...waiting, canary: { currentStepAnalysisRunStatus: { name: 'x', status: 'Inconclusive' } } }, {}, { status: { pauseConditions: null, controllerPause: false, currentStepIndex: 2 } }],
    ['promote', { ...moving, currentStepIndex: 3 }, { paused: true }, { spec: { paused: false } }],
  ] as const)('%s writes what the plugin writes', (verb, status, more, wanted) => {
    const { outcome, done: _done, next: _next, ...written } = plan(verb, status, more) as Extract<RolloutPlan, { outcome: 'write' }>;
    expect([outcome, written]).toEqual(['write', wanted]);
  });

  it.each([
    ['abort', { ...moving, currentPodHash: 'a' }, {}, 'there is nothing to abort'],
    ['retry', moving, {}, 'is not aborted'],
    ['resume', moving, {}, 'is not paused: CanaryPauseStep.'],
    ['promote', { ...moving, abort: true }, {}, 'serin retry rollout/web'],
    ['promote', { ...moving, currentPodHash: 'a' }, { full: true }, 'nothing to promote'],
    ['promote', { ...moving, currentStepIndex: 3 }, {}, 'waits for nothing'],
  ] as const)('%s is refused where it means nothing', (verb, status, more, why) => {
    expect(plan(verb, status, more)).toMatchObject({ outcome: 'refused', why: expect.stringContaining(why) as string });
  });

  it('does nothing twice', () => {
    expect(plan('abort', { ...moving, abort: true }).outcome).toBe('nothing');
    expect(plan('pause', moving, { paused: true }).outcome).toBe('nothing');
  });
});

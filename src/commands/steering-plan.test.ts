import { describe, expect, it } from 'vitest';
import type { Release, ReleasePhase, ReleaseSpec } from '../model/release.js';
import { API_VERSION } from '../model/resources.js';
import { planSteering, type SteeringVerb } from './steering-plan.js';

function release(phase: ReleasePhase, index: number, spec: Partial<ReleaseSpec> = {}): Release {
  const version = (replicaSet: string): ReleaseSpec['stable'] => ({ replicaSet, hash: replicaSet });
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1' },
    spec: {
      policy: 'web', workload: { kind: 'Deployment', name: 'web' }, service: 'web', router: { istio: {} }, stable: version('a'), canary: version('b'),
      plan: { steps: [{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'analyze', milliseconds: 1000 }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1, drainMilliseconds: 0 },
      ...spec,
    },
    status: { phase, step: { index, startedAt: '' }, intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true }, message: 'Waits.' },
  };
}

describe('what a command comes to', () => {
  it.each<[string, SteeringVerb, Release, object]>([
    ['a pause is left by resume', 'resume', release('Progressing', 1), { outcome: 'write', spec: { advanceTo: 2 } }],
    ['one by a person, too', 'resume', release('Progressing', 0, { paused: true }), { outcome: 'write', spec: { paused: false } }],
    ['both at once', 'resume', release('Progressing', 1, { paused: true }), { outcome: 'write', spec: { paused: false, advanceTo: 2 } }],
    ['resume twice', 'resume', release('Progressing', 1, { advanceTo: 2 }), { outcome: 'nothing' }],
    ['nothing to resume', 'resume', release('Progressing', 2), { outcome: 'refused' }],
    ['an analysis is left by promote', 'promote', release('Progressing', 2), { outcome: 'write', spec: { advanceTo: 3 } }],
    ['promote ends a pause by a person', 'promote', release('Progressing', 1, { paused: true }), { outcome: 'write', spec: { advanceTo: 2, paused: false } }],
    ['nothing to promote', 'promote', release('Promoting', 3), { outcome: 'refused' }],
    ['pause twice', 'pause', release('Progressing', 1, { paused: true }), { outcome: 'nothing' }],
    ['abort twice', 'abort', release('Progressing', 1, { abort: true }), { outcome: 'nothing' }],
    ['too late for an abort', 'abort', release('HandingOver', 3), { outcome: 'refused' }],
    ['a release that is taken back', 'pause', release('Aborting', 1), { outcome: 'refused' }],
    ['one that has ended', 'abort', release('Completed', 3), { outcome: 'refused' }],
  ])('%s', (_, verb, given, expected) => {
    expect(planSteering(verb, given)).toMatchObject(expected);
  });

  describe('at an analysis that asks', () => {
    const plan: Release['spec']['plan'] = {
      ...release('Progressing', 0).spec.plan,
      steps: [{ kind: 'analyze', milliseconds: 60_000, undecided: 'ask' }, { kind: 'pause' }, { kind: 'analyze', undecided: 'ask' }, { kind: 'analyze' }, { kind: 'promote' }],
      analysis: { falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'hold', minimumRequests: 20 }, metrics: [{ name: 'errors', errorRate: {} }] },
    };
    const asking = (asks: boolean, spec: Partial<ReleaseSpec> = {}): Release => {
      const { status, ...rest } = release('Progressing', 0, { plan, ...spec });
      return { ...rest, ...(status ? { status: { ...status, step: { ...status.step, ...(asks ? { askedAt: '2026-01-01T00:01:00Z' } : {}) } } } : {}) };
    };

    it('is told to wait no longer, which lets nobody past', () => {
      expect(planSteering('promote', asking(false))).toEqual({
        outcome: 'write', spec: { advanceTo: 1 }, done: 'Release web-1 does not wait for the time of step 1 (watch for 1m).',
        next: 'Where its metrics are undecided, it asks at once: serin approve web-1. Follow it with: serin status web-1 --watch.',
      });
    });

    it('is not promoted once it asks, nor resumed', () => {
      const why = 'step 1 of release web-1 (watch for 1m) is undecided and waits for somebody to decide. Approve it with: serin approve web-1.';
      expect(planSteering('promote', asking(true))).toEqual({ outcome: 'refused', why });
      expect(planSteering('promote', asking(true, { advanceTo: 1 }))).toEqual({ outcome: 'refused', why });
      expect(planSteering('promote', asking(true, { paused: true }))).toMatchObject({ outcome: 'write', spec: { paused: false }, next: 'Step 1 waits for somebody to decide: serin approve web-1, or serin reject web-1.' });
      expect(planSteering('resume', asking(true))).toEqual({ outcome: 'refused', why: 'release web-1 is not paused: Waits.' });
    });

    it('is named among what promote --full does not skip', () => {
      expect(planSteering('promote', asking(false), { full: true })).toMatchObject({
        outcome: 'write', spec: { advanceTo: 4 }, done: 'Release web-1 goes through its remaining steps without waiting for pauses and analyses.',
        next: 'Never skipped: step 1, watch for 1m, which asks for an approval where it is undecided; step 3, analyze, which asks for an approval where it is undecided. Follow it with: serin status web-1 --watch.',
      });
    });
  });
});

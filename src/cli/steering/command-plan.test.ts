import { describe, expect, it } from 'vitest';
import type { Release, ReleasePhase, ReleaseSpec } from '../../model/release.js';
import { API_VERSION } from '../../model/resources.js';
import { planSteering, type SteeringVerb } from './command-plan.js';

function release(phase: ReleasePhase, index: number, spec: Partial<ReleaseSpec> = {}): Release {
  const version = (replicaSet: string): ReleaseSpec['stable'] => ({ replicaSet, hash: replicaSet });
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-1' },
    spec: {
      policy: 'web', workload: { kind: 'Deployment', name: 'web' }, service: 'web', router: { istio: {} }, stable: version('a'), canary: version('b'),
      plan: { steps: [{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'analyze', milliseconds: 1000 }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1, drainMilliseconds: 0, judge: { maximumErrorRateIncrease: 0, minimumRequests: 1 } },
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
});

import { expect, it } from 'vitest';
import type { Release } from '../model/release.js';
import type { ReleasePolicy } from '../model/release-policy.js';
import { API_VERSION } from '../model/resources.js';
import { planRollback } from './rollback-plan.js';

const metadata = (name: string) => ({ name, namespace: 'default' });

/** The release of this number, which led from one version to another. */
function completed(number: number, from: string, to: string): Release {
  const version = (replicaSet: string) => ({ replicaSet, hash: replicaSet });
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: metadata(`web-${number}`),
    spec: {
      policy: 'web', workload: { kind: 'Versions', name: 'web' }, stable: version(from), canary: version(to),
      plan: { steps: [{ kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 0 },
    },
    status: {
      phase: 'Completed', step: { index: 1, startedAt: '' }, message: '', endedAt: `2026-01-01T00:00:${String(number).padStart(2, '0')}Z`,
      intent: { routing: 'keep', share: 1000, sizes: {}, holders: { stable: 'home', canary: 'home', others: 'release' }, paused: false },
    },
  };
}

it('goes back to the version before the last release, in whichever order releases are listed', () => {
  const policy: ReleasePolicy = {
    apiVersion: API_VERSION, kind: 'ReleasePolicy', metadata: metadata('web'),
    spec: { workload: { versions: { list: ['a', 'b', 'c'].map((deployment) => ({ deployment })), want: 'b', old: 'Keep' } }, strategy: { canary: { steps: [{ weight: 100 }] } } },
    status: { phase: 'Resting', stable: { replicaSet: 'b', hash: 'b' } },
  };
  // As an API server lists them: web-10 stands before web-9.
  const releases = [completed(10, 'c', 'b'), completed(8, 'a', 'b'), completed(9, 'b', 'c')];
  expect(planRollback({ policy, releases, deployment: undefined, replicaSets: [] })).toMatchObject({ outcome: 'want', from: 'b', to: 'c' });
});

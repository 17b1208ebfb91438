import type { PlanStep } from '../../../model/plan.js';
import type { Release, ReleaseSpec, ReleaseStatus } from '../../../model/release.js';
import { API_VERSION } from '../../../model/resources.js';

const steps: PlanStep[] = [{ kind: 'weight', share: 200 }, { kind: 'pause' }, { kind: 'approve', approvals: 2, groups: ['sre'] }, { kind: 'weight', share: 1000 }, { kind: 'promote' }];

/** How a release of a test differs from the ordinary one. */
export interface ReleaseParts {
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly spec?: Partial<ReleaseSpec>;
  readonly status?: Partial<ReleaseStatus>;
  readonly annotations?: Record<string, string>;
}

/** A release in the middle of its way: 20 % on the canary, at a pause without an end. */
export function releaseOf({ namespace = 'shop', name = 'web-1', uid = `uid-of-${name}`, spec = {}, status = {}, annotations = {} }: ReleaseParts = {}): Release {
  return {
    apiVersion: API_VERSION, kind: 'Release', metadata: { namespace, name, uid, resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z', annotations },
    spec: {
      policy: 'web', workload: { kind: 'Deployment', name: 'web' }, service: 'web', router: { istio: {} }, strategy: 'canary',
      stable: { replicaSet: 'web-a', hash: 'a', images: 'web:v1' }, canary: { replicaSet: 'web-b', hash: 'b', images: 'web:v2' },
      plan: { steps, sizing: 'part', readyTimeoutMilliseconds: 30_000, drainMilliseconds: 5_000 },
      ...spec,
    },
    status: {
      phase: 'Progressing', step: { index: 1, startedAt: '2026-01-01T00:01:00Z' }, startedAt: '2026-01-01T00:00:10Z', message: `Pauses until someone goes on: serin resume ${name}.`,
      shares: { accepted: { stable: 800, canary: 200 } },
      intent: { routing: 'split', share: 200, sizes: { canary: 1 }, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true },
      ...status,
    },
  };
}

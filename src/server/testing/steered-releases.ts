import type { ClusterClient } from '../../cluster/client.js';
import type { ReplicaSet } from '../../kubernetes/generated/apps-v1.js';
import { isNotFound } from '../../cluster/api-error.js';
import type { KubernetesObject, Resource } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { planMark } from '../../model/release-mark.js';
import type { PlanStep } from '../../model/plan.js';
import type { Release, ReleaseSpec, ReleaseStatus } from '../../model/release.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { API_VERSION, serinResources } from '../../model/resources.js';
import { releaseOf } from '../resources/testing/releases.js';

const AT = '2026-01-01T00:01:00Z';
/** Of the image that the canary of each release is pinned to. */
export const DIGEST = `sha256:${'1f'.repeat(32)}`;
export const WINDOW = 'friday';

interface Case {
  readonly spec?: Partial<ReleaseSpec>;
  readonly status?: Partial<ReleaseStatus>;
  readonly policy?: { readonly spec?: Partial<ReleasePolicy['spec']>; readonly status?: Partial<NonNullable<ReleasePolicy['status']>>; readonly maker?: string };
}

const ended = { message: '', endedAt: AT } as const;
const consent = { approvals: 2, groups: ['shop-team'] };
const steps: PlanStep[] = [{ kind: 'weight', share: 200 }, { kind: 'pause' }, { kind: 'approve', ...consent }, { kind: 'weight', share: 1000 }, { kind: 'promote' }];

/** A release at each place where people may say or do something, and where they may not, by its name. */
const cases: Readonly<Record<string, Case>> = {
  'asks-to-begin': { spec: { consent }, status: { phase: 'Preparing', step: { index: 0, startedAt: AT }, held: { for: 'approval' } } },
  frozen: { status: { phase: 'Preparing', step: { index: 0, startedAt: AT }, held: { for: 'freeze', window: WINDOW, until: '2036-01-01T00:00:00Z' } } },
  pauses: {},
  asks: { status: { step: { index: 2, startedAt: AT } } },
  'is-paused': { spec: { paused: true } },
  'last-step': { status: { step: { index: 4, startedAt: AT } } },
  promoting: { status: { phase: 'Promoting' } },
  'hands-over': { status: { phase: 'HandingOver' } },
  aborting: { spec: { abort: true }, status: { phase: 'Aborting', abortReason: 'AbortedByUser' } },
  'taken-back': { status: { phase: 'Aborted', abortReason: 'TooManyFailures', ...ended } },
  completed: { status: { phase: 'Completed', ...ended } },
  versions: {
    spec: { workload: { kind: 'Versions', name: 'versions' }, stable: { replicaSet: 'web-a', hash: 'a' }, canary: { replicaSet: 'web-b', hash: 'b', images: `web:b@${DIGEST}` } }, status: { phase: 'Completed', ...ended },
    policy: { status: { stable: { replicaSet: 'web-b', hash: 'b' } }, spec: { workload: { versions: { list: [{ deployment: 'web-a' }, { deployment: 'web-b' }] } } } },
  },
  'of-a-rollout': { policy: { maker: 'web' } },
};

export const steeredNames = Object.keys(cases);

const template = (name: string, version: string) => ({ metadata: { name: '', labels: { app: name } }, spec: { containers: [{ name: 'web', image: `web:${version}` }] } });
const replicaSetOf = (namespace: string, name: string, version: string): ReplicaSet => ({
  apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { namespace, name: `${name}-${version}`, labels: { app: name } },
  spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: template(name, version) },
});

/**
 * Puts one of these releases on a cluster with its policy, its Deployment and the ReplicaSets of both versions; what was there under
 * its name goes, and what was said to it.
 * @param admin an administrator @returns the release, under a uid of its own
 */
export async function putRelease(admin: ClusterClient, namespace: string, name: string): Promise<Release> {
  const { spec = {}, status = {}, policy = {} } = cases[name] ?? {};
  const fresh = async <T extends KubernetesObject & { status?: unknown }>(resource: Resource<T>, object: T): Promise<T> => {
    await admin.delete(resource, { namespace, name: object.metadata.name }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    const made = await admin.create(resource, object);
    return object.status === undefined ? made : admin.patch(resource, { namespace, name: object.metadata.name }, { kind: 'merge', body: { status: object.status } }, { subresource: 'status' });
  };
  const base = releaseOf({
    namespace, name, status,
    spec: {
      plan: { steps, sizing: 'part', readyTimeoutMilliseconds: 30_000, drainMilliseconds: 5_000 },
      policy: name, workload: { kind: 'Deployment', name }, stable: { replicaSet: `${name}-a`, hash: 'a', images: 'web:a' }, canary: { replicaSet: `${name}-b`, hash: 'b', images: `web:b@${DIGEST}` }, ...spec,
    },
  });
  for (const version of ['a', 'b']) {
    // Nothing that people do changes them.
    if (!(await admin.find(resources.replicaSets, { namespace, name: `${name}-${version}` }))) await admin.create(resources.replicaSets, replicaSetOf(namespace, name, version));
  }
  const asked = status.phase === 'Completed' || status.phase === 'Aborted' ? 'b' : 'a';
  await fresh(resources.deployments, {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name, labels: { app: name } },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: template(name, asked) },
  });
  const isOver = status.phase === 'Completed';
  await fresh(serinResources.releasePolicies, {
    apiVersion: API_VERSION, kind: 'ReleasePolicy',
    metadata: { namespace, name, ...(policy.maker === undefined ? {} : { ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: policy.maker, uid: 'a-uid', controller: true }] }) },
    spec: { workload: { deployment: name }, service: 'web', router: { istio: {} }, strategy: { canary: { steps: [{ weight: 20 }, { pause: {} }] } }, ...policy.spec },
    status: {
      phase: status.phase === 'Aborted' ? 'Holding' : isOver ? 'Resting' : 'Releasing', release: name, stable: { replicaSet: `${name}-${isOver ? 'b' : 'a'}`, hash: isOver ? 'b' : 'a' },
      ...(status.phase === 'Aborted' ? { rejected: { replicaSet: `${name}-b`, hash: 'b', release: name, reason: 'TooManyFailures' } } : {}), ...policy.status,
    },
  });
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...metadata } = base.metadata;
  return fresh(serinResources.releases, { ...base, metadata });
}

/** What a page shows of a release, as an approval is bound to it. */
export const shownOf = ({ spec }: Release) => ({ plan: planMark(spec), images: [DIGEST] });

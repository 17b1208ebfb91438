import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import { deployment, NOON, replicaSet } from '../testing/objects.js';
import { decideDeployment } from './decide.js';
import { limitsOf } from './limits.js';

const decide = (of: Deployment, replicaSets: ReplicaSet[], now = NOON) => decideDeployment({ deployment: of, replicaSets, podsByOwner: new Map(), now });

/** The sizes that ReplicaSets are given, in order of the writes. */
const sizes = (of: Deployment, replicaSets: ReplicaSet[]): string[] =>
  decide(of, replicaSets).writes.flatMap((write) =>
    write.kind === 'update' || write.kind === 'create' ? [`${write.kind} ${write.replicaSet.spec.template?.spec?.containers[0]?.image} ${write.replicaSet.spec.replicas}`] : [],
  );

const lastStatus = (of: Deployment, replicaSets: ReplicaSet[], now = NOON): NonNullable<Deployment['status']> => {
  const written = decide(of, replicaSets, now).writes.flatMap((write) => (write.kind === 'status' ? [write.deployment.status ?? {}] : []));
  return written.at(-1) ?? of.status ?? {};
};

const revision = (number: number, desired = 4): Record<string, string> => ({
  'deployment.kubernetes.io/revision': String(number),
  'deployment.kubernetes.io/desired-replicas': String(desired),
  'deployment.kubernetes.io/max-replicas': String(desired + Math.ceil(desired / 4)),
});

describe('a new template', () => {
  it('makes a ReplicaSet with all that surge allows, its revision, and copies of annotations', () => {
    const web = deployment('web:v2', {}, { annotations: { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } });
    const [create, status] = decide(web, [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, annotations: revision(1) })]).writes;
    expect(create).toMatchObject({
      kind: 'create',
      replicaSet: {
        metadata: { annotations: { note: 'x', ...revision(2) }, ownerReferences: [{ kind: 'Deployment', controller: true }] },
        spec: { replicas: 1 },
      },
    });
    expect(create?.kind === 'create' && Object.keys(create.replicaSet.metadata.annotations ?? {})).not.toContain('kubectl.kubernetes.io/last-applied-configuration');
    expect(status).toMatchObject({
      kind: 'status',
      deployment: { metadata: { annotations: { 'deployment.kubernetes.io/revision': '2' } }, status: { conditions: [{ reason: 'NewReplicaSetCreated' }] } },
    });
  });

  it('of a former version re-uses its ReplicaSet, raises the revision and keeps the former ones', () => {
    const web = deployment('web:v1');
    const old = replicaSet(web, 'web-1', 'web:v1', { wanted: 0, annotations: { ...revision(1), 'deployment.kubernetes.io/revision-history': '' } });
    const [update] = decide(web, [old, replicaSet(web, 'web-2', 'web:v2', { wanted: 4, annotations: revision(2) })]).writes;
    expect(update).toMatchObject({
      kind: 'update',
      replicaSet: { metadata: { annotations: { 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' } } },
    });
  });

  it('takes the oldest of two ReplicaSets of the same template', () => {
    const web = deployment('web:v1', { replicas: 3 });
    const younger = replicaSet(web, 'web-a', 'web:v1', { wanted: 3, annotations: revision(1, 3), created: '2026-01-01T00:00:01Z' });
    const older = replicaSet(web, 'web-b', 'web:v1', { wanted: 3, annotations: revision(2, 3) });
    expect(sizes(web, [younger, older])).toEqual(['update web:v1 0']);
  });
});

describe('a rolling update', () => {
  const rolling = { maxSurge: 1, maxUnavailable: 1 };

  it('takes old Pods that are not available before those that are', () => {
    const web = deployment('web:v3', { strategy: { type: 'RollingUpdate', rollingUpdate: rolling } });
    const observed = [
      replicaSet(web, 'web-1', 'web:v1', { wanted: 2, annotations: revision(1) }),
      replicaSet(web, 'web-2', 'web:v2', { wanted: 2, available: 0, annotations: revision(2), created: '2026-01-01T00:00:01Z' }),
      replicaSet(web, 'web-3', 'web:v3', { wanted: 1, annotations: revision(3), created: '2026-01-01T00:00:02Z' }),
    ];
    expect(sizes(web, observed)).toEqual(['update web:v2 0']);
  });

  it('waits while an earlier scale-down is still under way', () => {
    const web = deployment('web:v2');
    const shrinking = replicaSet(web, 'web-1', 'web:v1', { wanted: 3, available: 4, annotations: revision(1) });
    expect(sizes(web, [shrinking, replicaSet(web, 'web-2', 'web:v2', { wanted: 2, annotations: revision(2) })])).toEqual([]);
  });

  it('keeps its limits at every step and ends', () => {
    const count = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(count, fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1 }), (wanted, surge, unavailable, pace) => {
        fc.pre(surge + unavailable > 0);
        const web = deployment('web:v2', { replicas: wanted, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } } });
        let all = [replicaSet(web, 'web-1', 'web:v1', { wanted })];
        const limits = limitsOf(web);
        for (let step = 0; step < 80; step++) {
          all = apply(all, decide(web, all).writes);
          const asked = all.reduce((sum, { spec }) => sum + (spec.replicas ?? 0), 0);
          expect(asked).toBeLessThanOrEqual(wanted + limits.maxSurge);
          all = live(all, step < 40 ? (pace[step % pace.length] ?? 0) : 4);
          expect(all.reduce((sum, { status }) => sum + (status?.availableReplicas ?? 0), 0)).toBeGreaterThanOrEqual(wanted - limits.maxUnavailable);
          const [old, fresh] = all;
          if (old?.spec.replicas === 0 && fresh?.status?.availableReplicas === wanted) break;
        }
        expect(sizes(web, all)).toEqual([]);
        expect(all.map(({ spec }) => spec.replicas)).toEqual([0, wanted]);
      }),
      { numRuns: 40 },
    );
  });
});

/** What the server would hold after these writes. */
function apply(all: readonly ReplicaSet[], writes: ReturnType<typeof decide>['writes']): ReplicaSet[] {
  let next = [...all];
  for (const write of writes) {
    if (write.kind === 'create') next.push({ ...write.replicaSet, metadata: { ...write.replicaSet.metadata, uid: 'uid-new', creationTimestamp: '2026-01-01T00:00:05Z' } });
    if (write.kind === 'update') next = next.map((each) => (each.metadata.name === write.replicaSet.metadata.name ? write.replicaSet : each));
  }
  return next;
}

/** Pods end at once, and up to `pace` new ones become available. */
function live(all: readonly ReplicaSet[], pace: number): ReplicaSet[] {
  return all.map((each) => {
    const wanted = each.spec.replicas ?? 0;
    const available = Math.min(wanted, (each.status?.availableReplicas ?? 0) + pace);
    return { ...each, status: { replicas: wanted, readyReplicas: available, availableReplicas: available, observedGeneration: 1, terminatingReplicas: 0 } };
  });
}

describe('a paused Deployment', () => {
  const paused = (replicas: number, image = 'web:v2'): Deployment => deployment(image, { paused: true, replicas });

  it('rolls nothing out', () => {
    const web = paused(4);
    expect(sizes(web, [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, annotations: revision(1) })])).toEqual([]);
  });

  it('notes that it is paused before anything else, and then its counts', () => {
    const web = paused(4);
    const writes = decide(web, [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, annotations: revision(1) })]).writes;
    expect(writes.map((write) => write.kind === 'status' && [write.deployment.status?.conditions?.at(0)?.reason, write.deployment.status?.observedGeneration])).toEqual([
      ['DeploymentPaused', undefined],
      ['DeploymentPaused', 1],
    ]);
  });

  it('empties old ones beside a saturated new one', () => {
    const web = paused(4);
    const trial = replicaSet(web, 'web-2', 'web:v2', { wanted: 4, annotations: revision(2), created: '2026-01-01T00:00:01Z' });
    expect(sizes(web, [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, annotations: revision(1) }), trial])).toEqual(['update web:v1 0']);
  });

  it('scales in proportion when the new one is not saturated: 4 and 2 become 2 and 3', () => {
    const web = { ...paused(4), status: { replicas: 4 } };
    const trial = replicaSet(web, 'web-2', 'web:v2', { wanted: 2, annotations: { 'deployment.kubernetes.io/revision': '2' }, created: '2026-01-01T00:00:01Z' });
    let all = [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, annotations: revision(1) }), trial];
    for (let round = 0; round < 5; round++) all = live(apply(all, decide({ ...web, status: { replicas: round === 0 ? 4 : 5 } }, all).writes), 9);
    expect(all.map(({ spec }) => spec.replicas)).toEqual([2, 3]);
  });

  it('gives all to the newest when none is active', () => {
    const web = paused(3, 'web:v3');
    const older = replicaSet(web, 'web-1', 'web:v1', { wanted: 0, annotations: revision(3) });
    const newer = replicaSet(web, 'web-2', 'web:v2', { wanted: 0, annotations: revision(2), created: '2026-01-01T00:00:01Z' });
    expect(sizes(web, [older, newer])).toEqual(['update web:v2 3']);
  });
});

describe('the deadline', () => {
  const web = deployment('web:v1', { progressDeadlineSeconds: 4 });
  const stuck = [replicaSet(web, 'web-1', 'web:v1', { wanted: 4, available: 0, annotations: revision(1) })];

  it('is looked at again when it ends, and then is exceeded once', () => {
    const annotated = { ...web, metadata: { ...web.metadata, annotations: { 'deployment.kubernetes.io/revision': '1' } } };
    const waiting = { ...annotated, status: lastStatus(annotated, stuck) };
    expect(decide(waiting, stuck, NOON + 1000)).toEqual({ writes: [], lookAgainAfter: 4000 });
    const late = { ...annotated, status: lastStatus(waiting, stuck, NOON + 4001) };
    expect(late.status.conditions?.find(({ type }) => type === 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(decide(late, stuck, NOON + 60_000)).toEqual({ writes: [] });
  });
});

import { describe, expect, it } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { Release } from '../../../model/release.js';
import { beyondHistory } from './history.js';
import { fastWayBack } from './rollback.js';
import { replicaSetOfHash, rolloutOf, type ReplicaSetFields } from './testing/objects.js';
import { workloadReplicas } from './workload-scale.js';

const made = (hash: string, minute: number, fields: ReplicaSetFields = {}): ReplicaSet => replicaSetOfHash(hash, { minute, ...fields });
const canary = (revisions?: number): ReturnType<typeof rolloutOf> => rolloutOf({ strategy: { canary: {} }, ...(revisions === undefined ? {} : { rollbackWindow: { revisions } }) });

describe('the window of rollbacks', () => {
  const [a, b, c, d] = [made('a', 1), made('b', 2), made('c', 3), made('d', 4)] as const;
  const all = [a, b, c, d];

  it('reaches as far as fewer versions than it says stand between', () => {
    expect([1, 2, 3].map((revisions) => fastWayBack(canary(revisions), all, d, a))).toEqual([undefined, undefined, 'RollbackWindow']);
    expect([1, 2].map((revisions) => fastWayBack(canary(revisions), all, d, b))).toEqual([undefined, 'RollbackWindow']);
    expect(fastWayBack(canary(1), all, d, c)).toBe('RollbackWindow');
  });

  it('is for going back alone, and not there unless asked for', () => {
    expect(fastWayBack(canary(3), all, a, d)).toBeUndefined();
    expect(fastWayBack(canary(3), all, d, d)).toBeUndefined();
    expect(fastWayBack(canary(0), all, d, c)).toBeUndefined();
    expect(fastWayBack(canary(), all, d, c)).toBeUndefined();
    expect(fastWayBack(canary(3), all, undefined, c)).toBeUndefined();
    expect(fastWayBack(canary(3), all, d, undefined)).toBeUndefined();
  });

  it('leads to no version that was taken back since it was good', () => {
    const release = (replicaSet: string, phase: string): Release => ({ spec: { canary: { replicaSet } }, status: { phase } }) as unknown as Release;
    const fast = (...releases: Release[]): unknown => fastWayBack(canary(3), all, d, c, releases);
    expect([fast(release('web-c', 'Aborted')), fast(release('web-c', 'Completed'), release('web-c', 'Aborted'))]).toEqual([undefined, undefined]);
    expect([fast(release('web-c', 'Aborted'), release('web-c', 'Completed')), fast(release('web-d', 'Aborted')), fast(release('web-c', 'Completed'), release('web-c', 'Preparing'))]).toEqual(['RollbackWindow', 'RollbackWindow', 'RollbackWindow']);
  });

  it('does not count versions of experiments', () => {
    const trial = made('x', 2, { annotations: { 'experiment.argoproj.io/name': 'web-x' } });
    expect(fastWayBack(canary(1), [a, trial, c], c, a)).toBe('RollbackWindow');
    expect(fastWayBack(canary(1), [a, b, c], c, a)).toBeUndefined();
  });
});

describe('a blue/green version whose Pods are still there', () => {
  const blueGreen = (status: object = {}): ReturnType<typeof rolloutOf> => rolloutOf({ strategy: { blueGreen: { activeService: 'web' } } }, status);
  const waiting = made('a', 1, { size: 2, annotations: { 'scale-down-deadline': '2024-01-01T01:00:00Z' } });

  it('needs no steps', () => {
    expect(fastWayBack(blueGreen(), [], made('b', 2), waiting)).toBe('ScaleDownDelay');
    expect(fastWayBack(blueGreen(), [], made('b', 2), made('a', 1, { size: 2 }))).toBeUndefined();
    expect(fastWayBack(blueGreen(), [], made('b', 2), { ...waiting, spec: { ...waiting.spec, replicas: 0 } })).toBeUndefined();
    expect(fastWayBack(canary(), [], made('b', 2), waiting)).toBeUndefined();
    expect(fastWayBack(blueGreen({ abort: true }), [], made('b', 2), waiting)).toBeUndefined();
  });
});

describe('the history', () => {
  const names = (limit: number | undefined, sets: readonly ReplicaSet[], inUse: readonly string[] = []): string[] =>
    beyondHistory(rolloutOf(limit === undefined ? {} : { revisionHistoryLimit: limit }), sets, new Set(inUse)).map(({ metadata }) => metadata.name);

  it('keeps the youngest, and what is in use besides', () => {
    const sets = ['d', 'a', 'c', 'b'].map((hash, index) => made(hash, [4, 1, 3, 2][index] ?? 0));
    expect(names(1, sets, ['web-d'])).toEqual(['web-a', 'web-b']);
    expect(names(0, sets, ['web-d'])).toEqual(['web-a', 'web-b', 'web-c']);
    expect(names(3, sets, ['web-d'])).toEqual([]);
    expect(names(undefined, Array.from({ length: 13 }, (_, index) => made(`h${index}`, index + 1)), ['web-h12'])).toEqual(['web-h0', 'web-h1']);
  });

  it('takes nothing that has Pods, or that was not seen since it was sized', () => {
    const running = made('a', 1, { size: 1 });
    const leaving = { ...made('b', 2), status: { replicas: 1, observedGeneration: 1 } };
    const unseen = { ...made('c', 3), metadata: { ...made('c', 3).metadata, generation: 2 } };
    const going = { ...made('e', 5), metadata: { ...made('e', 5).metadata, deletionTimestamp: 'x' } };
    expect(names(0, [running, leaving, unseen, made('d', 4), going])).toEqual(['web-d']);
  });
});

describe('the Deployment that workloadRef names', () => {
  const deployment = (replicas: number | undefined): Parameters<typeof workloadReplicas>[1] & object => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas } }) as never;
  const wanted = (scaleDown: string | undefined, present: number | undefined, available: number, healthy: boolean, status: object = {}): number | undefined =>
    workloadReplicas(rolloutOf({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', ...(scaleDown === undefined ? {} : { scaleDown }) } }, status), deployment(present), available, healthy);

  it('is left alone unless asked for', () => {
    expect([wanted(undefined, 4, 4, true), wanted('never', 4, 4, true)]).toEqual([undefined, undefined]);
    expect(workloadReplicas(rolloutOf({}), deployment(4), 4, true)).toBeUndefined();
    expect(workloadReplicas(rolloutOf({ workloadRef: { kind: 'ReplicaSet', name: 'web', scaleDown: 'onsuccess' } }), deployment(4), 4, true)).toBeUndefined();
  });

  it('has no Pods once the Rollout is healthy, whenever that is', () => {
    expect([wanted('onsuccess', 4, 3, false), wanted('onsuccess', 4, 4, true), wanted('onsuccess', undefined, 4, true), wanted('onsuccess', 4, 4, true, { stableRS: 'a', currentPodHash: 'b' })]).toEqual([undefined, 0, 0, 0]);
  });

  it('has those that the Rollout lacks, in the first version alone, and never some again', () => {
    expect([wanted('progressively', 4, 0, false), wanted('progressively', 4, 1, false), wanted('progressively', 3, 1, false), wanted('progressively', 3, 0, false), wanted('progressively', 1, 9, false)]).toEqual([undefined, 3, undefined, 4, 0]);
    expect([wanted('progressively', 0, 0, false), wanted('progressively', 0, 4, true)]).toEqual([undefined, undefined]);
    expect(wanted('progressively', 4, 1, false, { stableRS: 'a', currentPodHash: 'b' })).toBeUndefined();
  });
});

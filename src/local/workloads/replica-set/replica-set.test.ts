import { describe, expect, it } from 'vitest';
import { deployment, NOON, pod, replicaSet } from '../testing/objects.js';
import { decideReplicaSet } from './decide.js';
import { deletionOrder } from '../pods/deletion-order.js';
import { ExpectedDeletions } from '../pods/expected-deletions.js';
import { slowStart } from '../pods/slow-start.js';
import { replicaSetStatus, untilNextAvailable } from './status.js';

const ORDER_CASES: [string, ReturnType<typeof pod>, ReturnType<typeof pod>][] = [
  ['no node before a node', pod('b'), pod('a', { node: 'n', readySince: NOON })],
  ['pending before running', pod('b', { phase: 'Pending' }), pod('a')],
  ['not ready before ready', pod('b'), pod('a', { readySince: NOON - 1000 })],
  ['lower cost first', pod('b', { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } }), pod('a')],
  ['ready for a shorter time first', pod('b', { readySince: NOON - 1000 }), pod('a', { readySince: NOON - 100_000 })],
  ['younger first', pod('b', { metadata: { creationTimestamp: '2026-01-01T11:59:00Z' } }), pod('a')],
  ['about as old: the lower uid', pod('b', { readySince: NOON - 101_000, metadata: { uid: '1' } }), pod('a', { readySince: NOON - 100_000, metadata: { uid: '2' } })],
];

describe('which Pods go first', () => {
  for (const [title, first, second] of ORDER_CASES) {
    it(title, () => {
      expect(deletionOrder([second, first], [], NOON)).toEqual([first, second]);
    });
  }

  it('those with more related Pods on their node', () => {
    const lonely = pod('a', { node: 'n1', readySince: NOON - 1000 });
    const crowded = pod('b', { node: 'n2', readySince: NOON - 1000 });
    const related = [lonely, crowded, pod('c', { node: 'n2', readySince: NOON })];
    expect(deletionOrder([lonely, crowded], related, NOON)).toEqual([crowded, lonely]);
  });
});

describe('how many Pods', () => {
  const set = replicaSet(deployment('web:v1'), 'web-1', 'web:v1', { wanted: 2 });
  const decide = (active: ReturnType<typeof pod>[], settled = true) => decideReplicaSet({ replicaSet: set, active, related: [], settled, now: NOON });

  it('creates what is missing and deletes what is too much', () => {
    expect(decide([])).toEqual({ create: 2, delete: [] });
    expect(decide([pod('a', { readySince: 0 }), pod('b'), pod('c', { readySince: 0 })]).delete.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('does nothing while deletions are not seen yet, or while it is being deleted', () => {
    expect(decide([], false)).toEqual({ create: 0, delete: [] });
    const leaving = { ...set, metadata: { ...set.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
    expect(decideReplicaSet({ replicaSet: leaving, active: [], related: [], settled: true, now: NOON })).toEqual({ create: 0, delete: [] });
  });
});

describe('expected deletions', () => {
  it('are settled one by one, or given up after five minutes', () => {
    const deletions = new ExpectedDeletions();
    deletions.expect('rs', [pod('a'), pod('b')], 0);
    deletions.settle('rs', pod('a'));
    expect(deletions.isSettled('rs', 1000)).toBe(false);
    expect(deletions.isSettled('rs', 300_000)).toBe(true);
    deletions.settle('rs', pod('b'));
    expect(deletions.isSettled('rs', 1000)).toBe(true);
  });
});

describe('slow start', () => {
  it('doubles its batches and stops after the first that fails', async () => {
    let calls = 0;
    const result = await slowStart(100, () => (++calls > 3 ? Promise.reject(new Error('quota')) : Promise.resolve(calls)));
    expect(calls).toBe(7);
    expect(result).toMatchObject({ done: [1, 2, 3], failure: new Error('quota') });
    expect((await slowStart(5, () => Promise.resolve(1))).done).toHaveLength(5);
  });
});

describe('status', () => {
  const set = { ...replicaSet(deployment('web:v1'), 'web-1', 'web:v1', { wanted: 3 }), status: { replicas: 0 } };
  const patient = { ...set, spec: { ...set.spec, minReadySeconds: 10 } };
  const active = [pod('a', { readySince: NOON - 10_000 }), pod('b', { readySince: NOON - 4_000 }), pod('c')];

  it('counts ready and available Pods, and knows when the next becomes available', () => {
    expect(replicaSetStatus({ replicaSet: patient, active, terminating: [pod('d')], now: NOON })).toEqual({
      replicas: 3,
      readyReplicas: 2,
      availableReplicas: 1,
      terminatingReplicas: 1,
      observedGeneration: 1,
    });
    expect(untilNextAvailable(patient, active, NOON)).toBe(6_000);
  });

  it('says why Pods could not be created until they can', () => {
    const failed = replicaSetStatus({ replicaSet: set, active: [], terminating: [], failure: 'exceeded quota', now: NOON });
    expect(failed.conditions).toMatchObject([{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }]);
    const again = replicaSetStatus({ replicaSet: { ...set, status: failed }, active: [], terminating: [], failure: 'other words', now: NOON + 1000 });
    expect(again).toEqual(failed);
    expect(replicaSetStatus({ replicaSet: { ...set, status: failed }, active: [], terminating: [], now: NOON }).conditions).toBeUndefined();
  });
});

import { expect, it } from 'vitest';
import { desiredReplicasPatches } from './desired-replicas.js';
import { replicaSetOfHash, rolloutOf } from './testing/objects.js';

it('stable and the newest version say how many Pods are asked for, unless the Rollout is paused', () => {
  const sets = [replicaSetOfHash('a'), replicaSetOfHash('b', { annotations: { 'rollout.argoproj.io/desired-replicas': '6' } }), replicaSetOfHash('c')];
  const patch = { metadata: { annotations: { 'rollout.argoproj.io/desired-replicas': '6' } } };
  expect(desiredReplicasPatches(rolloutOf({ replicas: 6 }), sets, ['web-a', 'web-b'])).toEqual([{ name: 'web-a', patch }]);
  expect(desiredReplicasPatches(rolloutOf({ replicas: 5 }), sets, [undefined, 'web-b'])).toEqual([{ name: 'web-b', patch: { metadata: { annotations: { 'rollout.argoproj.io/desired-replicas': '5' } } } }]);
  expect(desiredReplicasPatches(rolloutOf({ replicas: 6, paused: true }), sets, ['web-a', 'web-b'])).toEqual([]);
});

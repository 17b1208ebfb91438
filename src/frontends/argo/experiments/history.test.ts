import { expect, test } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { RunPhase } from '../kinds/analysis.js';
import type { Experiment } from '../kinds/experiment.js';
import { experimentsToRemove } from './history.js';
import { experiment } from './testing/world.js';

const one = (name: string, hash: string | undefined, phase: RunPhase, day: number): Experiment => {
  const made = experiment();
  return { ...made, metadata: { ...made.metadata, name, creationTimestamp: `2026-01-0${day}T00:00:00Z`, labels: hash === undefined ? {} : { 'rollouts-pod-template-hash': hash } }, status: { phase } };
};

test('Experiments of versions that are gone go, and all but the newest of those that have ended', () => {
  const replicaSets = [{ metadata: { name: 'web-a', labels: { 'rollouts-pod-template-hash': 'a' } } }, { metadata: { name: 'web-b', labels: { 'rollouts-pod-template-hash': 'b' }, deletionTimestamp: '2026-01-01T00:00:00Z' } }] as unknown as ReplicaSet[];
  const all = [one('old', 'a', 'Successful', 1), one('new', 'a', 'Successful', 2), one('bad', 'a', 'Failed', 3), one('worse', 'a', 'Error', 4), one('runs', 'a', 'Running', 5), one('gone', 'b', 'Successful', 6), one('none', undefined, 'Running', 7)];
  const names = (limits?: Parameters<typeof experimentsToRemove>[2]): string[] => experimentsToRemove(all, replicaSets, limits).map(({ metadata }) => metadata.name).sort();
  expect(names()).toEqual(['gone', 'none']);
  expect(names({ successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 0 })).toEqual(['bad', 'gone', 'none', 'old', 'worse']);
});

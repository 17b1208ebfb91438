import { expect, it } from 'vitest';
import type { ReplicaSet } from '../../../kubernetes/generated/apps-v1.js';
import type { AnalysisRun, RunPhase } from '../kinds/analysis.js';
import { expiresAt, runsToRemove } from './history.js';

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
const run = (name: string, second: number, phase: RunPhase, hash: string | undefined = 'a'): AnalysisRun => ({
  apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisRun', metadata: { name, creationTimestamp: at(second), ...(hash === '' ? {} : { labels: { 'rollouts-pod-template-hash': hash } }) }, spec: { metrics: [] }, status: { phase, completedAt: at(second) },
});
const set = (hash: string, more = {}): ReplicaSet => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: hash, labels: { 'rollouts-pod-template-hash': hash }, ...more }, spec: { selector: {} } });
const removed = (runs: AnalysisRun[], limits = {}, current: string[] = []): string[] => runsToRemove(runs, [set('a'), set('gone', { deletionTimestamp: at(1) })], { analysis: limits }, new Set(current)).map(({ metadata }) => metadata.name).sort();

it('keeps the newest of each kind, and what goes on', () => {
  const runs = [1, 2, 3].flatMap((second) => [run(`good-${second}`, second, 'Successful'), run(`bad-${second}`, second, second === 2 ? 'Inconclusive' : 'Error'), run(`going-${second}`, second, 'Running')]);
  expect(removed(runs, { successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 2 })).toEqual(['bad-1', 'good-1', 'good-2']);
  expect(removed(runs)).toEqual([]);
  expect(removed(runs, { successfulRunHistoryLimit: 0 }, ['good-2'])).toEqual(['good-1', 'good-3']);
  expect(removed(Array.from({ length: 7 }, (_, second) => run(`r${second}`, second, 'Failed')))).toEqual(['r0', 'r1']);
});

it('lets go of those whose ReplicaSet is gone', () => {
  expect(removed([run('a', 1, 'Running', 'gone'), run('b', 1, 'Successful', 'other'), run('c', 1, 'Successful', ''), run('d', 1, 'Successful')])).toEqual(['a', 'b', 'c']);
});

it('knows when one is to be deleted', () => {
  const ends = (phase: RunPhase, ttlStrategy: AnalysisRun['spec']['ttlStrategy']): number | undefined => {
    const when = expiresAt({ spec: { metrics: [], ...(ttlStrategy ? { ttlStrategy } : {}) }, status: { phase, completedAt: at(10) } });
    return when === undefined ? undefined : (when - Date.parse(at(10))) / 1000;
  };
  const all = { secondsAfterCompletion: 5, secondsAfterFailure: 7, secondsAfterSuccess: 9 };
  expect([ends('Successful', all), ends('Failed', all), ends('Error', all), ends('Inconclusive', all), ends('Running', all)]).toEqual([9, 7, 5, 5, undefined]);
  expect([ends('Failed', { secondsAfterSuccess: 9 }), ends('Successful', { secondsAfterFailure: 9 }), ends('Failed', { secondsAfterSuccess: 9, secondsAfterCompletion: 3 }), ends('Successful', undefined), ends('Successful', { secondsAfterCompletion: 0 })]).toEqual([undefined, undefined, 3, undefined, 0]);
});

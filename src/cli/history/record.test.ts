import { expect, it } from 'vitest';
import type { Release } from '../../model/release.js';
import type { EvidenceRecord } from '../../model/evidence-record.js';
import { API_VERSION } from '../../model/resources.js';
import { historyOf, recordOf } from './record.js';

it('tells the highest share without the dust of its arithmetic', () => {
  const version = { replicaSet: 'web-a', hash: 'a' };
  const release: Release = {
    apiVersion: API_VERSION, kind: 'Release', metadata: { name: 'web-12', namespace: 'default' },
    spec: {
      policy: 'web', workload: { kind: 'Deployment', name: 'web' }, stable: version, canary: version,
      plan: { steps: [{ kind: 'weight', share: 11 }, { kind: 'promote' }], sizing: 'part', readyTimeoutMilliseconds: 1000, drainMilliseconds: 0 },
    },
    status: {
      phase: 'Aborted', step: { index: 0, startedAt: '' }, message: '', log: [{ number: 1, time: '2026-01-01T00:00:00Z', code: 'ShareAsked', arguments: { share: '1.1 %', why: '@Plan' } }],
      intent: { routing: 'keep', share: 0, sizes: {}, holders: { stable: 'home', canary: 'release', others: 'release' }, paused: true },
    },
  };
  expect(recordOf(release)).toMatchObject({ number: 12, reached: 11 });
});

it('tells what its metrics said at last, where that is on record', () => {
  const release = { metadata: { name: 'web-3' }, spec: { plan: { steps: [] }, stable: {}, canary: {} } } as unknown as Release;
  const record = { metadata: { name: 'web-3' }, spec: { release: 'web-3', canary: 'b', writtenAt: '', outcome: 'fail', metrics: [] } } as unknown as EvidenceRecord;
  expect(historyOf([release], [record]).map(({ judged }) => judged)).toEqual(['fail']);
  expect(historyOf([release]).map(({ judged }) => judged)).toEqual([undefined]);
});

it('names who aborted it, where that was written down, and else the tool', () => {
  const managedFields = [{ manager: 'serin-server', fieldsV1: { 'f:spec': { 'f:abort': {} } } }];
  const of = (annotations: Record<string, string>) =>
    recordOf({ metadata: { name: 'web-3', managedFields, annotations }, spec: { plan: { steps: [] }, stable: {}, canary: {} }, status: { phase: 'Aborted', abortReason: 'AbortedByUser', step: { index: 0, startedAt: '' } } } as unknown as Release);
  const told = (via?: string) => ({ 'serin.dev/told.2026-01-01T00.00.00Z.abort': via === undefined ? 'anna' : `anna\n${via}` });
  expect([of({}), of(told()), of(told('slack: #releases'))].map(({ takenBackBy }) => takenBackBy)).toEqual(['someone with serin-server', 'anna', 'anna via slack: #releases']);
});

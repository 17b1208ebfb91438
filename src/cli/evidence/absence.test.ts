import { expect, it } from 'vitest';
import type { Release } from '../../model/release.js';
import { absenceOf } from './absence.js';

const metrics = [{ name: 'errors', errorRate: {} }];
const analysis = { falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 1, then: 'promote', minimumRequests: 1 }, metrics };
const release = (spec: object, status: object | undefined, plan: object = { analysis }): Release => ({ metadata: { name: 'web-2' }, spec: { plan, ...spec }, status }) as unknown as Release;

it.each<[string, Release, string]>([
  ['a hotfix', release({ hotfix: 'the shop is down' }, { phase: 'Completed' }), 'release web-2 is a hotfix and is not judged: the shop is down.'],
  ['a release of before', release({}, { phase: 'Completed' }, {}), 'release web-2 has no evidence: it was made by a version of Serin that kept none.'],
  ['a plan without metrics', release({}, { phase: 'Completed' }, { analysis: { ...analysis, metrics: [] } }), 'release web-2 has no evidence: its plan has no metrics.'],
  ['one that ended early', release({}, { phase: 'Aborted', abortReason: 'CanaryNotReady' }), 'release web-2 has no evidence: it ended, Aborted (CanaryNotReady), before anything was sampled, or its record was deleted.'],
  ['one under way', release({}, { phase: 'Progressing', message: 'Waits for canary Pods.' }), 'release web-2 has no evidence yet: nothing has been sampled. Waits for canary Pods. Follow it with: serin evidence web-2 --watch'],
  ['one that nobody saw', release({}, undefined), 'release web-2 has no evidence yet: nothing has been sampled. It waits for the controller to take notice. Follow it with: serin evidence web-2 --watch'],
])('%s has no evidence, for a reason', (_, each, text) => {
  expect(absenceOf(each)).toBe(text);
});

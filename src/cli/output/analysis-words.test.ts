import { expect, it } from 'vitest';
import type { PlannedAnalysis } from '../../model/policy/analysis.js';
import { describeAnalysis } from './analysis-words.js';

const analysis: PlannedAnalysis = {
  falseAlarm: 0.01, missed: 0.05, undecided: { milliseconds: 300_000, then: 'promote', minimumRequests: 20 }, ofSteps: ['smoke'],
  metrics: [
    { name: 'errors', errorRate: {} },
    { name: 'failed', errorRate: { below: '1%' }, from: { prometheus: { address: 'http://p', every: '5s', timeout: '10s' } } },
    { name: 'latency', latency: { percentile: 'p95', slower: '2x', shift: 'slower' } },
    { name: 'limit', latency: { below: '500ms' } },
    { name: 'memory', saturation: { every: '15s' }, dryRun: true },
    { name: 'queue', saturation: { below: 100, every: '15s' } },
    { name: 'smoke', condition: { every: '30s', success: 'result >= 0.95' }, from: { job: { template: {}, timeout: '1m' } } },
  ],
};

it('says of each metric how it is judged, with what is left out filled in', () => {
  expect(describeAnalysis(analysis)).toEqual([
    'errors: the part that is bad, at most 1.5x as much as of stable, and no trouble below 0.1%',
    'failed: the part that is bad, below 1% (from prometheus)',
    "latency: p95 of latency, at most 2x as long as stable's for all but 2x as many requests, and no shift to slower ones",
    'limit: p99 of latency, below 500ms',
    'memory: a value of each Pod, at most 2x that of stable Pods (dry run: decides nothing)',
    'queue: a value of each Pod, below 100',
    'smoke: a condition every 30s, success: result >= 0.95 (from job) (in the steps that name it)',
    'false alarms at most 1 %, missed at most 5 %; undecided after 5m: go on where nothing speaks against it',
  ]);
  expect(describeAnalysis(undefined)).toEqual([]);
  expect(describeAnalysis({ ...analysis, metrics: [] })).toEqual([]);
});

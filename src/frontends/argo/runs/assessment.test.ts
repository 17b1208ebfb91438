import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runPhases } from '../kinds/analysis.js';
import { assessMetric, effectiveCount, worstPhase, type Counts } from './assessment.js';

const none: Counts = { count: 0, failed: 0, inconclusive: 0, consecutiveError: 0, consecutiveSuccess: 0 };
const phase = (metric: Parameters<typeof assessMetric>[0], counts: Partial<Counts>, terminating = false): string => assessMetric(metric, { ...none, ...counts }, terminating).phase;

it('goes on until a limit is passed or the count is reached', () => {
  const metric = { interval: '10s', count: 3, failureLimit: 1, inconclusiveLimit: '1' };
  expect([phase(metric, {}), phase(metric, { count: 1 }), phase(metric, { count: 2, failed: 1 }), phase(metric, { count: 3, failed: 1 })]).toEqual(['Pending', 'Running', 'Running', 'Successful']);
  expect([phase(metric, { count: 2, failed: 2 }), phase(metric, { count: 2, inconclusive: 2 }), phase(metric, { count: 2, failed: 2, inconclusive: 2 }), phase(metric, { consecutiveError: 5, failed: 2 })]).toEqual(['Failed', 'Inconclusive', 'Inconclusive', 'Error']);
  expect(assessMetric(metric, { ...none, failed: 2 }).message).toBe('failed (2) > failureLimit (1)');
  expect([phase(metric, { consecutiveError: 4 }), phase({ ...metric, consecutiveErrorLimit: 0 }, { consecutiveError: 1 })]).toEqual(['Running', 'Error']);
});

it('takes one measurement without an interval, and any number with one', () => {
  expect([effectiveCount({}), effectiveCount({ interval: '1s' }), effectiveCount({ interval: '1s', count: '5' })]).toEqual([1, undefined, 5]);
  expect([phase({}, { count: 1 }), phase({ interval: '1s' }, { count: 1000 }), phase({ interval: '1s' }, { count: 7 }, true), phase({ interval: '1s' }, { count: 7, failed: 1 }, true)]).toEqual(['Successful', 'Running', 'Successful', 'Failed']);
});

it('ends with enough successes in a row, and says nothing for certain without', () => {
  const metric = { interval: '1s', count: 5, consecutiveSuccessLimit: 3, failureLimit: 9 };
  expect([phase(metric, { count: 3, consecutiveSuccess: 3 }), phase(metric, { count: 5, consecutiveSuccess: 2 }), phase({ ...metric, failureLimit: -1 }, { count: 5, failed: 3, consecutiveSuccess: 2 }), phase({ ...metric, failureLimit: -1 }, { count: 4, failed: 4 })]).toEqual(['Successful', 'Inconclusive', 'Failed', 'Running']);
});

it('is as bad as its worst part', () => {
  expect([worstPhase([]), worstPhase(['Successful', 'Inconclusive', 'Running']), worstPhase(['Error', 'Failed', 'Pending']), worstPhase(['Error', 'Inconclusive'])]).toEqual(['Successful', 'Inconclusive', 'Failed', 'Error']);
  fc.assert(fc.property(fc.array(fc.constantFrom(...runPhases), { minLength: 1 }), (phases) => {
    expect(phases).toContain(worstPhase(phases));
    expect(worstPhase([...phases].reverse())).toBe(worstPhase(phases));
  }));
});

import { describe, expect, it } from 'vitest';
import { addMeasurement, conditionVerdict, defaultConditionSettings, newConditionState, type ConditionSettings, type Measurement } from './conditions.js';

const LETTERS: Record<string, Measurement> = { s: 'success', f: 'failure', i: 'inconclusive', e: 'error' };
const judge = (measurements: string, settings: Partial<ConditionSettings> = {}): string => {
  const state = [...measurements].reduce((old, letter, index) => addMeasurement(old, index, LETTERS[letter] ?? 'error'), newConditionState);
  const { outcome, ground, ended } = conditionVerdict(state, { ...defaultConditionSettings, ...settings });
  return `${outcome} ${ground}${ended ? ' ended' : ''}`;
};

describe('plain conditions', () => {
  it.each<readonly [string, Partial<ConditionSettings>, string]>([
    ['', {}, 'undecided waiting'],
    ['s', {}, 'pass waiting'],
    ['f', {}, 'fail failures ended'],
    ['fff', { failureLimit: 3 }, 'pass waiting'],
    ['fsfsfsf', { failureLimit: 3 }, 'fail failures ended'],
    ['ffff', { failureLimit: -1, count: 4 }, 'pass counted ended'],
    ['i', {}, 'undecided inconclusive ended'],
    ['is', { inconclusiveLimit: 1, count: 2 }, 'pass counted ended'],
    ['eeee', {}, 'undecided waiting'],
    ['eeeee', {}, 'fail errors ended'],
    ['eeeeseeee', { count: 9 }, 'undecided waiting'],
    ['ss', { count: 3 }, 'undecided waiting'],
    ['sss', { count: 3 }, 'pass counted ended'],
    ['fss', { failureLimit: -1, consecutiveSuccessLimit: 2 }, 'pass counted ended'],
    ['sfs', { failureLimit: -1, consecutiveSuccessLimit: 2 }, 'undecided waiting'],
    ['sfs', { failureLimit: -1, consecutiveSuccessLimit: 2, count: 3 }, 'undecided inconclusive ended'],
  ])('%s with %j is %s', (measurements, settings, expected) => {
    expect(judge(measurements, settings)).toBe(expected);
  });

  it('never counts a measurement twice', () => {
    const state = addMeasurement(newConditionState, 5, 'failure');
    expect(addMeasurement(state, 5, 'failure')).toBe(state);
  });
});

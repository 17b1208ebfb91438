import { expect, test } from 'vitest';
import type { WaitsFor } from '../api/types.js';
import { someRelease } from '../testing/some-release.js';
import { stateOfImage, stateOfPolicy, stateOfRelease } from './states.js';

const waits = (kind: WaitsFor['kind']): WaitsFor => ({ kind, text: 'Waits.', textZh: '等待。' });

test.each([
  [{}, 'running'],
  [{ waitsFor: waits('analysis') }, 'running'],
  [{ paused: true, waitsFor: waits('person') }, 'paused'],
  [{ waitsFor: waits('person') }, 'waitsForPerson'],
  [{ waitsFor: waits('freeze') }, 'held'],
  [{ waitsFor: waits('approval') }, 'waitsForApproval'],
  [{ waitsFor: waits('approval'), waitsForMe: true }, 'waitsForYou'],
  [{ waitsFor: waits('freeze'), waitsForMe: true }, 'waitsForYou'],
  [{ phase: 'Promoting' }, 'promoting'],
  [{ phase: 'Aborting', paused: true, waitsForMe: true }, 'takingBack'],
  [{ phase: 'Completed', outcome: 'completed', paused: true }, 'completed'],
  [{ phase: 'Aborted', outcome: 'aborted', waitsForMe: true }, 'takenBack'],
] as const)('%j shows as %s', (over, key) => {
  expect(stateOfRelease(someRelease('shop/web', over)).key).toBe(key);
});

test('a phase that the page does not know shows as nothing good', () => {
  expect(stateOfPolicy({ phase: 'Tomorrow' }).tone).toBe('none');
  expect(stateOfImage({ phase: 'Tomorrow' }).tone).toBe('none');
});

import { expect, it } from 'vitest';
import type { Rollout } from '../../frontends/argo/kinds/rollout.js';
import { rolloutLine } from './rollout-line.js';

const rollout = (status?: Rollout['status']): Rollout => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'web' }, spec: {}, ...(status ? { status } : {}) });

it('says what a Rollout waits for, and how it goes on', () => {
  expect(rolloutLine(rollout({ phase: 'Paused', message: 'BlueGreenPause', blueGreen: { prePromotionAnalysisRunStatus: { name: 'web-2-pre', status: 'Running' } } }))).toBe(
    'Rollout web: Paused (BlueGreenPause). AnalysisRun web-2-pre: Running. It goes on with: serin promote rollout/web.',
  );
  expect(rolloutLine(rollout({ phase: 'Progressing', canary: { currentExperiment: 'web-2-0' } }))).toBe('Rollout web: Progressing. Experiment web-2-0 is under way.');
  expect(rolloutLine(rollout({ phase: 'Healthy' }))).toBe('Rollout web: Healthy.');
  expect(rolloutLine(rollout())).toBe('Rollout web: no controller has looked at it.');
});

import { describe, expect, it } from 'vitest';
import { blueGreen, deployed, nginxCanary } from '../testing/rollouts.js';
import type { RolloutWorld } from '../testing/rollout-world.js';

const analysis = { templates: [{ templateName: 'errors' }] };
const inline = [{ setWeight: 20 }, { analysis }, { setWeight: 60 }, { pause: {} }];
const runs = (world: RolloutWorld): string[] => [...world.runs.values()].map(({ metadata, status, spec }) => `${metadata.name.replace(/^web-[a-z0-9]+-/, '')} ${status?.phase ?? ''}${spec.terminate ? ' ended' : ''}`);
const update = (world: RolloutWorld): RolloutWorld => {
  deployed(world).image('web:2');
  return world.settle();
};

describe('an analysis that is a step', () => {
  it('is waited for, and passed when it is successful', () => {
    const world = update(nginxCanary(inline));
    expect(world.phase).toBe('Progressing: more replicas need to be updated');
    expect(world.status).toMatchObject({ currentStepIndex: 1, canary: { currentStepAnalysisRunStatus: { status: 'Running' } } });
    world.outcome = () => 'Successful';
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused' });
    expect(world.status.canary?.currentStepAnalysisRunStatus).toBeUndefined();
    expect(runs(world)).toEqual(['2-1 Successful']);
    expect(world.events.filter(({ reason }) => reason.startsWith('AnalysisRun')).map(({ reason }) => reason)).toEqual(expect.arrayContaining(['AnalysisRunRunning']));
  });

  it('may take longer than progressDeadlineSeconds', () => {
    const world = update(nginxCanary(inline, {}, { progressDeadlineSeconds: 30 }));
    world.wait(60);
    expect(world.status).toMatchObject({ currentStepIndex: 1, phase: 'Progressing' });
  });

  it('aborts when it fails, with the metric in the message; a retry measures anew', () => {
    const world = update(nginxCanary(inline));
    world.outcome = () => 'Failed';
    world.settle();
    expect(world.phase).toBe('Degraded: RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)');
    world.outcome = () => 'Successful';
    world.patch({ abort: false });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, phase: 'Paused' });
    expect(runs(world)).toEqual(['2-1 Failed', '2-1.1 Successful']);
  });

  it('that cannot tell waits for a person, who goes on', () => {
    const world = update(nginxCanary(inline));
    world.outcome = () => 'Inconclusive';
    world.settle();
    expect(world.phase).toBe('Paused: InconclusiveAnalysisRun');
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, message: 'CanaryPauseStep' });
    expect(runs(world)).toEqual(['2-1 Inconclusive']);
  });

  it('is left out by promote, and ended', () => {
    const world = update(nginxCanary(inline));
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, message: 'CanaryPauseStep' });
    expect(runs(world)).toEqual(['2-1 Successful ended']);
  });

  it('says what keeps it from beginning', () => {
    const world = deployed(nginxCanary(inline));
    world.templates.length = 0;
    world.image('web:2');
    world.settle();
    expect(world.phase).toContain('Degraded: InvalidSpec: The Rollout "web" is invalid: ');
    expect(world.moving).toBeUndefined();
  });
});

describe('an analysis in the background', () => {
  const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: {} }];

  it('begins at its step, and ends with the update', () => {
    const world = update(nginxCanary(steps, { analysis: { ...analysis, startingStep: 2 } }));
    expect(runs(world)).toEqual([]);
    world.promote();
    world.settle();
    expect(runs(world)).toEqual(['2 Running']);
    expect(world.status.canary?.currentBackgroundAnalysisRunStatus).toMatchObject({ status: 'Running' });
    world.promote();
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(runs(world)).toEqual(['2 Successful ended']);
  });

  it('aborts when it fails at any step', () => {
    const world = update(nginxCanary(steps, { analysis }));
    world.outcome = () => 'Failed';
    world.settle();
    expect(world.phase).toContain('Background analysis phase error/failed');
    expect(world.leadOf('canary')).toBe('web:1');
  });

  it('that cannot tell holds the update, and is measured anew when somebody goes on', () => {
    const world = update(nginxCanary([{ setWeight: 20 }, { pause: { duration: 60 } }, { setWeight: 60 }, { pause: {} }], { analysis }));
    world.outcome = ({ metadata }) => (metadata.name.endsWith('.1') ? undefined : 'Inconclusive');
    world.settle().wait(90);
    expect(world.status.pauseConditions?.map(({ reason }) => reason)).toContain('InconclusiveAnalysisRun');
    expect(world.status.canary?.weights?.canary.weight).toBe(20);
    world.promote();
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 3, canary: { weights: { canary: { weight: 60 } } } });
    expect(runs(world)).toEqual(['2 Inconclusive', '2.1 Running']);
  });

  it('is not begun by a version that takes no steps', () => {
    const world = update(nginxCanary(steps, { analysis }, { rollbackWindow: { revisions: 3 } }));
    world.patch({ promoteFull: true });
    world.settle();
    const before = world.runs.size;
    world.image('web:1');
    world.settle();
    expect(world.phase).toBe('Healthy');
    expect(world.runs.size).toBe(before);
  });
});

describe('analyses around the switch of blue/green', () => {
  it('wait for the switch, and for the end', () => {
    const world = update(blueGreen({ prePromotionAnalysis: analysis, postPromotionAnalysis: analysis }));
    expect(runs(world)).toEqual(['2-pre Running']);
    expect([world.leadOf('active'), world.leadOf('preview')]).toEqual(['web:1', 'web:2']);
    expect(world.phase).toBe('Progressing: active service cutover pending');
    world.outcome = ({ metadata }) => (metadata.name.endsWith('-pre') ? 'Successful' : undefined);
    world.settle();
    expect(runs(world)).toEqual(['2-pre Successful', '2-post Running']);
    expect(world.leadOf('active')).toBe('web:2');
    expect(world.phase).toBe('Progressing: waiting for analysis to complete');
    world.wait(60);
    expect(world.sizes).toEqual({ 'web:1': 5, 'web:2': 5 });
    world.outcome = () => 'Successful';
    world.settle();
    expect(world.phase).toBe('Healthy');
    world.wait(40);
    expect(world.sizes).toEqual({ 'web:1': 0, 'web:2': 5 });
  });

  it('take it back: before the switch nobody meets the new version, after it everybody is led back', () => {
    const before = update(blueGreen({ prePromotionAnalysis: analysis }));
    before.outcome = () => 'Failed';
    before.settle();
    expect(before.phase).toContain('Degraded: RolloutAborted');
    expect(before.leadOf('active')).toBe('web:1');
    const after = update(blueGreen({ postPromotionAnalysis: analysis }));
    expect(after.leadOf('active')).toBe('web:2');
    after.outcome = () => 'Failed';
    after.settle();
    expect(after.phase).toContain('Blue/green post-promotion analysis phase error/failed');
    expect(after.leadOf('active')).toBe('web:1');
    expect(after.sizes['web:1']).toBe(5);
  });

  it('count as well as the time or the person that is waited for', () => {
    const world = update(blueGreen({ prePromotionAnalysis: analysis, autoPromotionEnabled: false }));
    expect(world.phase).toBe('Paused: BlueGreenPause');
    world.promote();
    world.settle();
    expect(world.leadOf('active')).toBe('web:1');
    world.outcome = () => 'Inconclusive';
    world.settle();
    expect(world.status.pauseConditions?.map(({ reason }) => reason)).toEqual(['BlueGreenPause', 'InconclusiveAnalysisRun']);
    expect(world.leadOf('active')).toBe('web:1');
    world.promote();
    world.settle();
    expect(world.leadOf('active')).toBe('web:2');
    expect(world.phase).toBe('Healthy');
  });
});

describe('an experiment', () => {
  const steps = [{ experiment: { duration: '1m', templates: [{ name: 'new', specRef: 'canary' as const }] } }, { setWeight: 50 }, { pause: {} }];

  it('is waited for, aborts when it fails, and is done anew by a retry', () => {
    const world = update(nginxCanary(steps));
    expect(world.status).toMatchObject({ currentStepIndex: 0, canary: { currentExperiment: [...world.experiments.keys()][0] } });
    world.experimentOutcome = () => 'Failed';
    world.settle();
    expect(world.phase).toContain('Degraded: RolloutAborted');
    world.experimentOutcome = () => 'Successful';
    world.patch({ abort: false });
    world.settle();
    expect(world.status).toMatchObject({ currentStepIndex: 2, message: 'CanaryPauseStep' });
    expect(world.experiments.size).toBe(2);
  });

  it('that cannot tell waits for a person', () => {
    const world = update(nginxCanary(steps));
    world.experimentOutcome = () => 'Inconclusive';
    world.settle();
    expect(world.phase).toBe('Paused: InconclusiveExperiment');
    world.promote();
    world.settle();
    expect(world.status.currentStepIndex).toBe(2);
  });
});

import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src/model/policy/analysis.js';
import type { Measurement } from '../../../src/statistics/conditions.js';
import type { MetricSample } from '../../../src/statistics/metric-sample.js';
import { untilPhase } from '../program.js';
import { elsewhere, judging, type Judged } from './judged.js';

const make = judging();

const smoke: Analysis = {
  metrics: [{ name: 'errors', errorRate: {} }, { name: 'smoke', condition: { success: 'result > 0', every: '1s', count: 3 }, from: elsewhere }],
};

/** Answers for the metric `smoke`, and notes in which step it was asked. */
function asked(judged: Judged, says: (step: number) => Measurement = () => 'success'): number[] {
  const steps: number[] = [];
  judged.driver.samples.set('smoke', (at, { step }): MetricSample => {
    steps.push(step ?? -1);
    return { kind: 'condition', at, measurement: says(step ?? -1), value: 1 };
  });
  return steps;
}

describe('metrics of steps', () => {
  it('are sampled in the steps that name them and in no other, each time afresh', async () => {
    const judged = make();
    const steps = asked(judged);
    await judged.begin([{ weight: 20 }, { analyze: { metrics: ['smoke'], for: '1m' } }, { pause: { for: '20s' } }, { analyze: { metrics: ['smoke'], for: '1m' } }, { weight: 100 }], smoke);
    await untilPhase(judged.driver, ['Completed']);
    await judged.driver.pass(2);
    expect(new Set(steps)).toEqual(new Set([1, 3]));
    // Three successes each time: what the first step brought does not let the second one pass.
    for (const step of [1, 3]) expect(steps.filter((each) => each === step).length).toBeGreaterThanOrEqual(3);
    expect(judged.metric('smoke')?.verdicts?.map(({ outcome }) => outcome)).toEqual(['pass', 'undecided', 'pass']);
  });

  it('that fail take the canary back', async () => {
    const judged = make();
    asked(judged, (step) => (step === 3 ? 'failure' : 'success'));
    await judged.begin([{ weight: 20 }, { analyze: { metrics: ['smoke'], for: '1m' } }, { weight: 50 }, { analyze: { metrics: ['smoke'], for: '1m' } }, { weight: 100 }], smoke);
    const { status } = await untilPhase(judged.driver, ['Aborted']);
    expect([status?.abortReason, status?.step.index]).toEqual(['AnalysisFailed', 3]);
  });

  it('before: they pass before the canary has any request', async () => {
    const judged = make();
    asked(judged);
    const shares: number[] = [];
    const steps = asked(judged);
    judged.driver.onTick(() => {
      if (steps.length > shares.length) shares.push(judged.release?.status?.shares?.accepted?.canary ?? 0);
    });
    await judged.begin([{ weight: 20 }], { ...smoke, before: ['smoke'] });
    await untilPhase(judged.driver, ['Completed']);
    expect(shares.length).toBeGreaterThanOrEqual(3);
    expect(new Set(shares)).toEqual(new Set([0]));
  });

  it('another controller goes on with them in the same step, and begins afresh in a later one', async () => {
    const judged = make();
    let slow: Measurement = 'error';
    const steps = asked(judged, () => slow);
    const analysis: Analysis = { metrics: [{ name: 'errors', errorRate: {} }, { name: 'smoke', condition: { success: 'result > 0', every: '1s', count: 30, consecutiveErrorLimit: 100 }, from: elsewhere }] };
    await judged.begin([{ weight: 20 }, { analyze: { metrics: ['smoke'], for: '10m' } }, { weight: 100 }], analysis);
    await judged.untilStep(1);
    slow = 'success';
    await judged.until('samples are on record', () => judged.samples('smoke') >= 12);
    await judged.driver.killController();
    const before = judged.samples('smoke');
    steps.length = 0;
    await judged.driver.startController();
    await untilPhase(judged.driver, ['Completed']);
    // It needs what is missing, not all of it again.
    expect(steps.filter((step) => step === 1).length).toBeLessThanOrEqual(30 - before + 3);
  });
});

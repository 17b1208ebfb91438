import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../../../model/plan.js';
import type { Release } from '../../../model/release.js';
import { rolloutOf } from '../rollouts/testing/objects.js';
import { argoStepOf, blueGreenStage, promotionOf, skipsSteps } from './progress.js';

const release = (steps: readonly PlanStep[], status?: object, spec: object = {}): Release => ({ metadata: { name: 'web-1' }, spec: { plan: { steps }, ...spec }, ...(status ? { status } : {}) }) as unknown as Release;
const plan: PlanStep[] = [{ kind: 'weight', share: 100 }, { kind: 'pause' }, { kind: 'weight', share: 500 }, { kind: 'promote' }];
const rollout = rolloutOf({ strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }] } } });
const at = (phase: string, index: number): object => ({ phase, step: { index } });

describe('the step that a release is at', () => {
  it('has the number of the Rollout’s', () => {
    expect([release(plan), release(plan, at('Progressing', 1)), release(plan, at('Progressing', 3)), release(plan, at('Promoting', 3)), release(plan, at('Completed', 3))].map((each) => argoStepOf(each, rollout))).toEqual([0, 1, 3, 3, 3]);
    expect(promotionOf(release(plan))).toBe(3);
  });

  it('is the first again once it is taken back', () => {
    expect([release(plan, at('Aborting', 2)), release(plan, at('Aborted', 2)), release(plan, at('Progressing', 2), { abort: true })].map((each) => argoStepOf(each, rollout))).toEqual([0, 0, 0]);
  });

  it('is behind all where none is taken, and none where there is none', () => {
    const fast = release([{ kind: 'promote' }], at('Preparing', 0));
    expect([skipsSteps(fast, rollout), argoStepOf(fast, rollout), skipsSteps(release(plan), rollout)]).toEqual([true, 3, false]);
    const without = rolloutOf({ strategy: { canary: {} } });
    expect([skipsSteps(fast, without), argoStepOf(fast, without)]).toEqual([false, undefined]);
  });
});

describe('the stage of a blue/green release', () => {
  const whole: PlanStep[] = [{ kind: 'pause' }, { kind: 'weight', share: 1000 }, { kind: 'pause' }, { kind: 'promote' }];
  const stages = (steps: readonly PlanStep[]): string[] => [...steps.keys()].map((index) => blueGreenStage(release(steps, at('Progressing', index))));

  it('is before the switch, the switch, behind it, or the end', () => {
    expect(stages(whole)).toEqual(['Preview', 'Switch', 'After', 'End']);
    expect(stages(whole.slice(1))).toEqual(['Switch', 'After', 'End']);
    expect(stages([{ kind: 'weight', share: 1000 }, { kind: 'promote' }])).toEqual(['Switch', 'End']);
    expect(blueGreenStage(release(whole))).toBe('Preview');
    expect(blueGreenStage(release(whole, at('HandingOver', 0)))).toBe('End');
  });
});

import { expect } from 'vitest';
import type { CanaryStep } from '../../../../src/model/policy/steps.js';
import type { Strategy } from '../../../../src/model/policy/strategies.js';
import { patchRelease, setImage } from '../../../driver/program.js';
import { policyWith } from '../../../driver/stories/story.js';
import type { LabStage } from '../../lab/lab-stage.js';
import { Autoscaled } from './autoscaled.js';
import { ended, ready, release, untilHolding, untilPaused } from './looks.js';

type Sizes = readonly [v1: number, v2: number];

/** A moment of a release of four Pods at which an autoscaler scales. */
interface Moment {
  readonly strategy: Strategy;
  /** What is done when the release pauses, to get there. */
  reach?(stage: LabStage): Promise<void>;
  readonly before: Sizes;
  /** How many Pods it wants. */
  readonly wants: number;
  readonly after: Sizes;
  /** At the end of the release, where it does not stand there for good. */
  readonly atEnd?: Sizes;
  /** Seconds in which it must have wanted less all the time before it takes Pods away. */
  readonly lookingBack: number;
}

const UP = 300;
const canary = (weight: number): Strategy => ({ canary: { steps: [{ weight }, { pause: {} }] satisfies CanaryStep[] } });

/** By what they are called. */
export const moments: Readonly<Record<string, Moment>> = {
  'at 10 %': { strategy: canary(10), before: [4, 1], wants: 8, after: [8, 1], atEnd: [0, 8], lookingBack: UP },
  'at a pause': { strategy: canary(50), before: [4, 2], wants: 8, after: [8, 4], atEnd: [0, 8], lookingBack: UP },
  'at a pause, down and at once': { strategy: canary(50), before: [4, 2], wants: 2, after: [2, 1], atEnd: [0, 2], lookingBack: 0 },
  'between the batches of rolling': { strategy: { rolling: { batches: ['50%', '100%'], between: [{ pause: {} }], maxSurge: 1 } }, before: [2, 2], wants: 8, after: [4, 4], atEnd: [0, 8], lookingBack: UP },
  'after an abort': {
    strategy: canary(50),
    async reach(stage) {
      await patchRelease(stage, 'web-1', { abort: true });
      await untilHolding(stage);
    },
    before: [4, 0], wants: 8, after: [8, 0], lookingBack: UP,
  },
};

/** Brings a release there, lets the autoscaler scale, and leads the release to its end. */
export async function autoscale(stage: LabStage, { strategy, reach, before, wants, after, atEnd, lookingBack }: Moment): Promise<void> {
  const autoscaled = new Autoscaled(stage);
  const sizes = ([v1, v2]: Sizes): Record<string, number> => ({ 'web:v1': v1, 'web:v2': v2 });
  try {
    await autoscaled.open(policyWith(strategy), lookingBack);
    await setImage(stage, 'web:v2');
    await untilPaused(stage);
    await reach?.(stage);
    expect([ready(stage, 'web:v1').length, ready(stage, 'web:v2').length]).toEqual(before);
    await autoscaled.scale(wants, sizes(after));
    if (!atEnd) return;
    await patchRelease(stage, 'web-1', { advanceTo: (release(stage)?.status?.step.index ?? 0) + 1 });
    await ended(stage, 'Completed');
    await autoscaled.untilSized(wants, sizes(atEnd));
  } finally {
    await autoscaled.stop();
  }
}

import { formatDuration } from '../model/duration.js';
import type { Step } from '../model/plan.js';

/** `12.5 %` of per mille. */
export const formatShare = (perMille: number): string => `${perMille / 10} %`;

/** A step in a few words. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'weight':
      return `${formatShare(step.share)} to the canary`;
    case 'pause':
      return step.milliseconds === undefined ? 'pause until told to go on' : `pause ${formatDuration(step.milliseconds)}`;
    case 'analyze':
      return `watch for ${formatDuration(step.milliseconds)}`;
    case 'promote':
      return 'promote';
  }
}

/** Time of day in UTC, so that a sentence stays true while it waits. @param milliseconds since the epoch */
export const formatTime = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;

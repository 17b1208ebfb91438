import { stepOf } from '../../../model/plan.js';
import type { Release } from '../../../model/release.js';
import type { Facts } from './facts.js';
import type { Update } from './update.js';

/** Where the release of an update stands. */
export interface Standing {
  /** The step of its plan that it is at, from 0; undefined before it begins, while it leads back, and after the last. */
  readonly at: number | undefined;
  /** The step of the Rollout that it has come to, from 0; as many as there are when all are done. */
  readonly step: number;
  /** Whether it was made to skip all steps. */
  readonly skips: boolean;
  /** Of a blue/green plan: the pause before the switch, and the one after it. */
  readonly before: number | undefined;
  readonly after: number | undefined;
  /** The step with which the plan ends. */
  readonly end: number;
}

/** Where a release stands; undefined while there is none. */
export function standingOf({ steps, rollout }: Facts, { release }: Update): Standing | undefined {
  if (!release) return undefined;
  const plan = release.spec.plan.steps.map(stepOf);
  const end = plan.length - 1;
  const { phase = 'Preparing', step: { index } = { index: 0 } } = release.status ?? {};
  const at = phase === 'Progressing' && index < end ? index : undefined;
  const skips = steps.length > 0 && end === 0;
  const past = phase === 'Promoting' || phase === 'HandingOver' || phase === 'Completed' || (phase === 'Progressing' && index >= end);
  const blueGreen = rollout.spec.strategy?.blueGreen !== undefined;
  const switched = plan.findIndex(({ kind }) => kind === 'weight');
  const pauseIn = (from: number, to: number): number | undefined => plan.flatMap(({ kind }, place) => (kind === 'pause' && place >= from && place < to ? [place] : []))[0];
  return {
    at, skips, end,
    step: skips || past ? steps.length : Math.min(steps.length, at ?? 0),
    before: blueGreen ? pauseIn(0, switched < 0 ? plan.length : switched) : undefined,
    after: blueGreen && switched >= 0 ? pauseIn(switched, plan.length) : undefined,
  };
}

/** Whether a release was told to go on behind this step of its plan, and waits there no longer. */
export const isToldPast = ({ spec }: Release, step: number): boolean => (spec.advanceTo ?? 0) > step;

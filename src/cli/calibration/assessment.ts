import { releasesToShow, defaultCalibrationPlan, MARGINS, neededMargin, tryMargins, type MarginRow } from '../../statistics/calibration.js';
import { plus, type CountBlock, type Tally } from '../../statistics/counts.js';
import { dispersionOf, type Dispersion } from '../../statistics/dispersion.js';
import type { Confidence, RateSettings } from '../../statistics/rate-settings.js';
import { plural } from '../output/quantities.js';

/** What stable against itself showed. Plain data. */
export interface Assessment {
  readonly blocks: number;
  /** All of the time that was seen, in seconds. */
  readonly seconds: number;
  readonly stable: Tally;
  readonly canary: Tally;
  /** How often to be wrong, as the policy promises of this metric. */
  readonly promised: number;
  /** Margins that were tried, rising, until none was taken back. Empty where there is too little to try. */
  readonly margins: readonly MarginRow[];
  /** The same with the margin of the policy. */
  readonly own: MarginRow | undefined;
  /** Whether the margin of the policy keeps the promise, as far as so many releases can show it. */
  readonly holds: boolean;
  /** The least margin that does; undefined where none up to the highest does, or nothing was tried. */
  readonly needed: number | undefined;
  readonly dispersion: readonly Dispersion[];
  /** What is missing before anything can be said, a sentence each. */
  readonly missing: readonly string[];
}

/** Six stretches: fewer cannot be put together in many ways. */
const FEWEST_BLOCKS = 6 * defaultCalibrationPlan.stretch;
/** So many are to be asked for, because some may come late. */
export const PLANNED_BLOCKS = 8 * defaultCalibrationPlan.stretch;
/** With fewer bad ones, how uneven they come is a matter of chance. */
export const FEWEST_BAD = 30;
/** Beyond this a promise is too small to be shown in a moment. */
const MOST_RELEASES = 3000;

/**
 * Judges a recording of stable against itself. Pure.
 * @param random even over [0, 1) @param fewest made-up releases for each margin; more where the promise is small
 */
export function assess(blocks: readonly CountBlock[], settings: RateSettings, confidence: Confidence, random: () => number, fewest = defaultCalibrationPlan.releases): Assessment {
  const promised = confidence.falseAlarm;
  const total = (side: (block: CountBlock) => Tally): Tally => blocks.map(side).reduce(plus, { requests: 0, bad: 0 });
  const [stable, canary] = [total((block) => block.stable), total((block) => block.canary)];
  const seconds = blocks.reduce((sum, block) => sum + block.seconds, 0);
  const missing = whatIsMissing(blocks.length, seconds, stable, canary);
  const seen = { blocks: blocks.length, seconds, stable, canary, promised, dispersion: dispersionOf(blocks), missing };
  if (missing.length > 0) return { ...seen, margins: [], own: undefined, holds: false, needed: undefined };
  const plan = { ...defaultCalibrationPlan, releases: Math.min(MOST_RELEASES, Math.max(fewest, releasesToShow(promised))) };
  const margins = tryMargins(blocks, settings, confidence, plan, random, MARGINS);
  const own = margins.find(({ worseBy }) => worseBy === settings.worseBy) ?? tryMargins(blocks, settings, confidence, plan, random, [settings.worseBy])[0];
  return { ...seen, margins, own, holds: own !== undefined && neededMargin([own], promised) !== undefined, needed: neededMargin(margins, promised) };
}

function whatIsMissing(blocks: number, seconds: number, stable: Tally, canary: Tally): string[] {
  const longer = (factor: number): string => (seconds > 0 && Number.isFinite(factor) ? ` At this rate that takes ${plural(Math.ceil((seconds * factor) / 60), 'minute')}.` : '');
  if (blocks === 0) return ['The Pods never all answered twice: there is nothing to compare.'];
  const missing: string[] = [];
  if (blocks < FEWEST_BLOCKS) missing.push(`There are ${blocks} samples; ${FEWEST_BLOCKS} are needed.${longer(FEWEST_BLOCKS / blocks)}`);
  const quiet = [stable, canary].some(({ requests }) => requests === 0);
  const bad = stable.bad + canary.bad;
  if (quiet) missing.push('A half of the Pods counted no requests: send some, or see whether its Pods count them where they are asked.');
  else if (bad < FEWEST_BAD) {
    missing.push(`${bad} of ${stable.requests + canary.requests} requests were bad; ${FEWEST_BAD} are needed to see how unevenly they come.${bad > 0 ? longer(FEWEST_BAD / bad) : ' Where none ever is, the margin does not matter.'}`);
  }
  return missing;
}

import type { CountBlock } from './counts.js';
import type { Confidence, RateSettings } from './rate-settings.js';
import { addBlock, newRateState, rateVerdict } from './rates.js';

/** How releases are put together from A/A traffic. */
export interface CalibrationPlan {
  /** Made-up releases for each margin. */
  readonly releases: number;
  /** Blocks that each lasts. */
  readonly blocks: number;
  /** Blocks that stay together, so that bursts stay bursts. */
  readonly stretch: number;
  /** After so many releases a margin is given up that cannot keep the promise any more; after all of them when absent. */
  readonly enough?: number;
}

export const defaultCalibrationPlan: CalibrationPlan = { releases: 300, blocks: 360, stretch: 15 };

/** What a margin would have cost. */
export interface MarginRow {
  readonly worseBy: number;
  /** Releases of a version against itself that would have been taken back, and of how many. */
  readonly falseAlarms: number;
  readonly releases: number;
}

/** Margins that are tried; more than ten times is no comparison any more. */
export const MARGINS: readonly number[] = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7, 10];

/** A release of a version against itself, put together from what was recorded. */
export interface MadeUpRelease {
  /** Lives through a recorded block. @param index which one, from 0 @param at when, in blocks since the release began */
  add(index: number, at: number): void;
  takenBack(): boolean;
}

/**
 * Replays blocks of a version against itself, in an order drawn by chance (stretches stay together), as many releases, and counts how
 * many would have been taken back with each margin. Nothing is assumed of how the traffic is uneven, and nothing is known of bursts that
 * did not happen while it was recorded. Ends with the first margin at which none would have been.
 * @param begin a release with this margin
 * @param count how many blocks were recorded
 * @param promised how many may be taken back, as a part
 * @param random even over [0, 1)
 * @param margins rising
 */
export function tryMargins(
  begin: (worseBy: number) => MadeUpRelease, count: number, plan: CalibrationPlan, promised: number, random: () => number,
  margins: readonly number[] = MARGINS,
): MarginRow[] {
  const rows: MarginRow[] = [];
  for (const worseBy of margins) {
    let [falseAlarms, releases] = [0, 0];
    while (releases < plan.releases) {
      releases++;
      if (takenBack(begin(worseBy), count, plan, random)) falseAlarms++;
      if (plan.enough !== undefined && releases >= plan.enough && chanceOfAtMost(falseAlarms, plan.releases, promised) > UNSURE) break;
    }
    rows.push({ worseBy, falseAlarms, releases });
    if (falseAlarms === 0) break;
  }
  return rows;
}

function takenBack(release: MadeUpRelease, count: number, { blocks, stretch }: CalibrationPlan, random: () => number): boolean {
  for (let at = 0; at < blocks;) {
    const start = Math.floor(random() * count);
    for (let index = 0; index < stretch && at < blocks; index++, at++) release.add((start + index) % count, at);
    if (release.takenBack()) return true;
  }
  return false;
}

/** Made-up releases of counts, by the test of rates alone. */
export function releasesOfCounts(blocks: readonly CountBlock[], settings: RateSettings, confidence: Confidence): (worseBy: number) => MadeUpRelease {
  return (worseBy) => {
    const own = { ...settings, worseBy };
    let state = newRateState;
    return {
      add(index, at) {
        const block = blocks[index];
        if (block !== undefined) state = addBlock(state, { ...block, at }, own);
      },
      takenBack: () => rateVerdict(state, own, confidence).outcome === 'fail',
    };
  };
}

/** So often may more false alarms than promised look like no more. */
const UNSURE = 0.05;

/**
 * The least margin with which the promise is kept, as far as so many releases can show it: so few false alarms would be seen in at most
 * one of twenty trials if there were more of them than promised. With 300 releases and 1 % that means none. Undefined when none does.
 */
export const neededMargin = (rows: readonly MarginRow[], promised: number): number | undefined =>
  rows.find(({ falseAlarms, releases }) => chanceOfAtMost(falseAlarms, releases, promised) <= UNSURE)?.worseBy;

/** The fewest made-up releases that can show the promise kept: without any false alarm, as `neededMargin` asks for. */
export const releasesToShow = (promised: number): number => Math.ceil(Math.log(UNSURE) / Math.log1p(-promised));

/** Chance of so few hits or fewer in so many trials. */
function chanceOfAtMost(hits: number, trials: number, chance: number): number {
  let density = (1 - chance) ** trials;
  let sum = density;
  for (let k = 1; k <= hits; k++) {
    density *= ((trials - k + 1) / k) * (chance / (1 - chance));
    sum += density;
  }
  return sum;
}

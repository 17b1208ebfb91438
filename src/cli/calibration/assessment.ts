import type { JudgedMetric } from '../../engine/judging/judged-metrics.js';
import type { MetricKind } from '../../model/policy/analysis.js';
import { MARGINS, neededMargin, releasesToShow, tryMargins, type CalibrationPlan, type MarginRow } from '../../statistics/calibration.js';
import { plus, type CountBlock, type Tally } from '../../statistics/counts.js';
import { dispersionOf, type Dispersion } from '../../statistics/dispersion.js';
import { tails } from '../../statistics/histograms.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { plural } from '../output/quantities.js';
import { marginOf } from './margins.js';
import { comparable, isCompared, releasesOf, type Division } from './self-comparison.js';

/** What one metric said of stable against itself. Plain data. */
export interface Assessment {
  readonly kind: MetricKind;
  readonly samples: number;
  /** All of the time that was seen, in seconds. */
  readonly seconds: number;
  /** What was counted: requests, of which some are bad where the metric is of bad ones. Nothing of gauges. */
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
  /** How uneven error rates are; empty for other metrics. */
  readonly dispersion: readonly Dispersion[];
  /** What is missing before anything can be said, a sentence each. */
  readonly missing: readonly string[];
}

/** With fewer bad ones, or slow ones, how uneven they come is a matter of chance. */
export const FEWEST_BAD = 30;
/** Beyond this a promise is too small to be shown in a moment. */
const MOST_RELEASES = 3000;
/** After so many it is clear enough how often a margin fails that is out of the question. */
const ENOUGH = 100;
/** A made-up release is as long as so many stretches; fewer of them than this cannot be put together in many ways. */
const [STRETCHES, FEWEST_STRETCHES] = [24, 6];
/** How long a burst may be and stay one, in seconds, and the samples that a stretch has. */
const [BURST, SHORTEST, LONGEST] = [60, 4, 15];

const stretchOf = (secondsEach: number): number => (secondsEach > 0 ? Math.max(SHORTEST, Math.min(LONGEST, Math.round(BURST / secondsEach))) : LONGEST);

/** So many samples are to be asked for, because some may come late. @param secondsEach between two of them */
export const plannedSamples = (secondsEach: number, division: Division): number => stretchOf(secondsEach) * (FEWEST_STRETCHES + 2) * (division === 'time' ? 2 : 1);

/**
 * Judges what was seen of stable against itself. Pure.
 * @param samples of both halves; of the canary alone where there is one Pod
 * @param random even over [0, 1) @param fewest made-up releases for each margin; more where the promise is small
 */
export function assess(samples: readonly MetricSample[], metric: JudgedMetric, division: Division, random: () => number, fewest = 300): Assessment {
  const { measure, kind, confidence: { falseAlarm: promised } } = metric;
  const seconds = secondsOf(samples);
  const stretch = stretchOf(measure.how === 'gauge' ? measure.settings.spacing / 1000 : samples.length === 0 ? 0 : seconds / samples.length);
  const seen = comparable(samples, metric, division, stretch);
  const total = (side: 'stable' | 'canary'): Tally => seen.map((sample) => tallyOf(sample, side)).reduce(plus, { requests: 0, bad: 0 });
  const [stable, canary] = [total('stable'), total('canary')];
  const wanted = FEWEST_STRETCHES * stretch;
  const missing = whatIsMissing(metric, { samples: seen.length, wanted, seconds, stable, canary });
  const facts = { kind, samples: seen.length, seconds, stable, canary, promised, dispersion: measure.how === 'rate' ? dispersionOf(countsOf(seen)) : [], missing };
  if (missing.length > 0) return { ...facts, margins: [], own: undefined, holds: false, needed: undefined };
  const plan: CalibrationPlan = { stretch, blocks: STRETCHES * stretch, releases: Math.min(MOST_RELEASES, Math.max(fewest, releasesToShow(promised))), enough: ENOUGH };
  const begin = releasesOf(seen, metric, random);
  const tried = (margins: readonly number[]): MarginRow[] => tryMargins(begin, seen.length, plan, promised, random, margins);
  const margin = marginOf(measure);
  const margins = tried(margin.written(margin.own) === undefined ? [margin.own] : MARGINS);
  const own = margins.find(({ worseBy }) => worseBy === margin.own) ?? tried([margin.own])[0];
  return { ...facts, margins, own, holds: own !== undefined && neededMargin([own], promised) !== undefined, needed: neededMargin(margins, promised) };
}

function secondsOf(samples: readonly MetricSample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first?.kind === 'saturation' && last?.kind === 'saturation') return (last.sample.at - first.sample.at) / 1000;
  return samples.reduce((sum, sample) => sum + (sample.kind === 'errorRate' || sample.kind === 'latency' ? sample.block.seconds : 0), 0);
}

function tallyOf(sample: MetricSample, side: 'stable' | 'canary'): Tally {
  if (sample.kind === 'errorRate') return sample.block[side];
  return { requests: sample.kind === 'latency' ? tails(sample.block[side]).requests : 0, bad: 0 };
}

const countsOf = (samples: readonly MetricSample[]): CountBlock[] => samples.flatMap((sample) => (sample.kind === 'errorRate' ? [sample.block] : []));

interface Seen {
  readonly samples: number;
  readonly wanted: number;
  readonly seconds: number;
  readonly stable: Tally;
  readonly canary: Tally;
}

function whatIsMissing(metric: JudgedMetric, { samples, wanted, seconds, stable, canary }: Seen): string[] {
  const longer = (factor: number): string => (seconds > 0 && Number.isFinite(factor) ? ` At this rate that takes ${plural(Math.ceil((seconds * factor) / 60), 'minute')}.` : '');
  if (samples === 0) return ['The Pods never all answered twice: there is nothing to compare.'];
  const missing: string[] = [];
  if (samples < wanted) missing.push(`There are ${samples} samples; ${wanted} are needed.${longer(wanted / samples)}`);
  const { measure } = metric;
  if (measure.how === 'gauge') return missing;
  const compared = isCompared(metric);
  if (compared ? stable.requests === 0 || canary.requests === 0 : canary.requests === 0) {
    missing.push(`${compared ? 'A half of the Pods' : 'The Pods'} counted no requests: send some, or see whether ${compared ? 'its Pods count' : 'they count'} them where they are asked.`);
  } else if (measure.how === 'rate') {
    const bad = stable.bad + canary.bad;
    if (bad < FEWEST_BAD) missing.push(`${bad} of ${stable.requests + canary.requests} requests were bad; ${FEWEST_BAD} are needed to see how unevenly they come.${bad > 0 ? longer(FEWEST_BAD / bad) : ' Where none ever is, the margin does not matter.'}`);
  } else if (measure.how === 'latency') {
    const requests = stable.requests + canary.requests;
    const needed = Math.ceil(FEWEST_BAD / (1 - measure.settings.quantile));
    if (requests < needed) missing.push(`There were ${requests} requests; ${needed} are needed, so that ${FEWEST_BAD} are above p${Number((measure.settings.quantile * 100).toPrecision(6))}.${longer(needed / requests)}`);
  }
  return missing;
}

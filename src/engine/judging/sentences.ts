import { edgesAround } from '../../statistics/histograms.js';
import type { Confidence, RateSettings } from '../../statistics/rate-settings.js';
import type { MetricVerdict, Proof } from '../../statistics/verdict.js';
import type { Totals } from './latency-totals.js';
import type { Measure } from './measures.js';
import type { Measured } from './metric-state.js';
import { observations, percentileOf } from './percentiles.js';
import { confidenceText, countText, latencyText, numberText, percentileText, percentText, requestsText } from './quantities.js';

/** All that a sentence about a metric is made of. */
export interface Look {
  readonly measure: Measure;
  readonly verdict: MetricVerdict;
  readonly confidence: Confidence;
  /** Whether anything at all was sampled. */
  readonly seen: boolean;
  readonly totals: Totals | undefined;
  /** The last measurement of a condition. */
  readonly last: Measured | undefined;
}

/** What a metric says so far, with the numbers that led to it; no full stop. */
export function sentence(look: Look): string {
  const { measure, verdict } = look;
  if (measure.how === 'condition') return conditionSentence(look, measure);
  if (verdict.blocks === 0) return unseen(look);
  switch (measure.how) {
    case 'rate':
      return `${sidesOfRate(verdict)}; ${rateConclusion(look, measure.settings)}`;
    case 'knownRate':
      return `canary fails ${percentText(number(verdict, 'canaryPart'))} of ${requestsText(number(verdict, 'canaryRequests'))}, the limit is ${percentText(measure.settings.limit)}; ${limitConclusion(look)}`;
    case 'latency':
      return `${percentiles(look, measure.settings.quantile)}; ${latencyConclusion(look, measure.settings)}`;
    case 'latencyLimit':
      return `${percentileText(measure.settings.quantile)} of the canary ${canaryPercentile(look, measure.settings.quantile)}, the limit is ${latencyText(measure.settings.below)}; ${limitConclusion(look)}${blindSpot(look, measure.settings.below)}`;
    case 'shift':
      return `${percentiles(look, measure.quantile)}; ${shiftConclusion(look, measure.direction)}`;
    case 'gauge':
      return gaugeSentence(look, measure);
  }
}

const number = ({ numbers }: MetricVerdict, name: string): number => numbers[name] ?? 0;

function unseen({ seen, totals }: Look): string {
  if (!seen) return 'no samples yet';
  if (totals && observations(totals.canary) > 0) return 'stable has answered too few requests to compare with';
  return 'no samples of the canary yet';
}

/** Certain of one thing or the other, leaning, or waiting. */
function conclude({ verdict, confidence }: Look, words: { readonly worse: string; readonly fine: string; readonly leaning: string; readonly waiting: string }): string {
  if (verdict.outcome === 'fail') return `${words.worse} with ${confidenceText(confidence.falseAlarm)} confidence`;
  if (verdict.outcome === 'pass') return `${words.fine} with ${confidenceText(confidence.missed)} confidence`;
  return leans(verdict) ? `${words.leaning}, which is not certain yet` : `${words.waiting}${outlook(verdict)}`;
}

/** Whether an undecided metric speaks against the canary rather than for it. */
export const leans = ({ worse }: MetricVerdict): boolean => (worse?.eValue ?? 0) > 1;

function sidesOfRate(verdict: MetricVerdict): string {
  return `canary fails ${percentText(number(verdict, 'canaryPart'))} of ${requestsText(number(verdict, 'canaryRequests'))}, stable ${percentText(number(verdict, 'stablePart'))} of ${countText(number(verdict, 'stableRequests'))}`;
}

function rateConclusion(look: Look, { worseBy, acceptBelow, fine }: RateSettings): string {
  return conclude(look, {
    worse: worseBy > 1 ? `at least ${worseBy} times worse` : 'worse',
    // What is certain is "one or the other": where stable has next to none, only that there are few.
    fine: number(look.verdict, 'stablePart') * acceptBelow < fine ? `below ${percentText(fine)}` : `less than ${acceptBelow} times as bad`,
    leaning: 'so far worse', waiting: 'so far no worse',
  });
}

const limitConclusion = (look: Look): string => conclude(look, { worse: 'above it', fine: 'below it', leaning: 'so far above it', waiting: 'so far not above it' });

function latencyConclusion(look: Look, { slower, worseBy, acceptBelow }: { readonly slower: number; readonly worseBy: number; readonly acceptBelow: number }): string {
  const allowed = slower === 1 ? '' : ` (${slower} times as long is allowed)`;
  return conclude(look, {
    worse: `at least ${worseBy} times as many slow requests${allowed}`, fine: `less than ${acceptBelow} times as many slow requests${allowed}`,
    leaning: 'so far slower', waiting: 'so far no slower',
  });
}

function shiftConclusion({ verdict, confidence }: Look, direction: 'slower' | 'either'): string {
  const moved = direction === 'slower' ? 'slower' : 'another distribution';
  const apart = `${percentText(Math.max(0, number(verdict, 'distance')))} of the requests at most`;
  return verdict.outcome === 'fail' ? `${moved} with ${confidenceText(confidence.falseAlarm)} confidence, by ${apart}` : `not certainly ${moved} so far (they differ by ${apart})`;
}

function percentiles(look: Look, quantile: number): string {
  const { edges, stable } = look.totals ?? { edges: [], stable: [] };
  const other = percentileOf(edges, stable, quantile);
  return `${percentileText(quantile)} of the canary ${canaryPercentile(look, quantile)}, of stable ${other === undefined ? 'unknown' : latencyText(other)}`;
}

function canaryPercentile({ totals }: Look, quantile: number): string {
  const value = totals && percentileOf(totals.edges, totals.canary, quantile);
  return value === undefined ? 'unknown' : latencyText(value);
}

/** Between which bucket edges a limit lies decides what can be seen at all. */
function blindSpot({ totals }: Look, below: number): string {
  if (!totals || totals.edges.length === 0) return '';
  const { over, under } = edgesAround(totals.edges, below);
  if (over < 0) return ' (it cannot be told: no bucket reaches so far)';
  return under < 0 ? ' (it can never pass: no bucket ends below it)' : '';
}

function gaugeSentence(look: Look, { settings, limit }: Extract<Measure, { how: 'gauge' }>): string {
  const { verdict } = look;
  const canary = `a canary Pod is at ${numberText(number(verdict, 'canaryMean'))} on average`;
  if (limit !== undefined) {
    return `${canary}, the limit is ${numberText(limit)}; ${conclude(look, { worse: 'above it more often than not', fine: 'below it more often than not', leaning: 'so far above it', waiting: 'so far not above it' })}`;
  }
  return `${canary}, a stable one at ${numberText(number(verdict, 'stableMean'))}; ${conclude(look, {
    worse: `above ${settings.worseBy} times a stable Pod more often than not`, fine: `below ${settings.acceptBelow} times a stable Pod more often than not`,
    leaning: 'so far higher', waiting: 'so far no higher',
  })}`;
}

function conditionSentence({ verdict, seen, last }: Look, { settings }: Extract<Measure, { how: 'condition' }>): string {
  if (!seen) return 'not measured yet';
  const [failures, inconclusive, errors, inARow] = [number(verdict, 'failures'), number(verdict, 'inconclusive'), number(verdict, 'errors'), number(verdict, 'errorsInARow')];
  const value = last?.value === undefined ? '' : `, last value ${numberText(last.value)}`;
  const detail = last?.detail === undefined ? '' : ` (${last.detail})`;
  const taken = `${countText(verdict.blocks)}${settings.count === undefined ? '' : ` of ${settings.count}`} ${verdict.blocks === 1 && settings.count === undefined ? 'measurement' : 'measurements'}`;
  if (verdict.ground === 'errors') return `${inARow} errors in a row, ${settings.consecutiveErrorLimit} are allowed${detail}`;
  const of = (count: number, what: string, limit: number): string => (count === 0 && limit === 0 ? '' : `, ${count} ${what}${limit < 0 ? '' : ` of ${limit} allowed`}`);
  const successes = settings.consecutiveSuccessLimit > 0 ? `, ${number(verdict, 'successesInARow')} of ${settings.consecutiveSuccessLimit} successes in a row` : '';
  const ended = verdict.ground === 'inconclusive' ? '; it stays undecided' : '';
  return `${taken}${of(failures, failures === 1 ? 'failure' : 'failures', settings.failureLimit)}${of(inconclusive, 'inconclusive', settings.inconclusiveLimit)}${successes}${errors > 0 ? `, ${errors} ${errors === 1 ? 'error' : 'errors'}` : ''}${value}${detail}${ended}`;
}

/** What the best bettor of several begins with, about: evidence has this much to make up for. */
const HEAD_START = Math.log(4);

/** How many requests a pass takes, where evidence has grown enough to tell. */
function outlook({ fine, numbers }: MetricVerdict): string {
  const wanted = requestsWanted(numbers['canaryRequests'] ?? 0, fine);
  return wanted === undefined || wanted <= (numbers['canaryRequests'] ?? 0) ? '' : `; ${countText(numbers['canaryRequests'] ?? 0)} of about ${requestsText(wanted)} that it takes`;
}

/**
 * The requests after which a pass is to be expected, when things go on as so far: evidence grows evenly with them. Undefined while
 * less than half of it is there, and where nothing has to be proved. Rounded to two digits.
 */
export function requestsWanted(requests: number, fine: Proof | undefined): number | undefined {
  if (!fine || fine.needed <= 0 || requests <= 0) return undefined;
  const [now, needed] = [Math.log(fine.eValue), -Math.log(fine.needed)];
  if (!(now >= needed / 2) || now >= needed) return undefined;
  return Number(((requests * (needed + HEAD_START)) / (now + HEAD_START)).toPrecision(2));
}

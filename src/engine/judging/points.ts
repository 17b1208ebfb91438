import { POINTS, type EvidencePoint } from '../../model/evidence-record.js';
import type { Measurement } from '../../statistics/conditions.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { addBuckets, observations, percentileOf } from './percentiles.js';

/** One version in one stretch of time. */
export interface Side {
  /** Requests, or Pods. */
  readonly count: number;
  readonly bad?: number | undefined;
  /** Known alone where it is told by no buckets. */
  readonly value?: number | undefined;
  readonly edges?: readonly number[] | undefined;
  readonly buckets?: readonly number[] | undefined;
}

/** Samples of one stretch of time, summed up. */
export interface Point {
  /** Its end, in milliseconds since the epoch. */
  readonly at: number;
  readonly seconds: number;
  readonly stable?: Side | undefined;
  readonly canary?: Side | undefined;
  readonly value?: number | undefined;
  readonly measured?: Measurement | undefined;
}

/** From the harmless to the worst; a stretch is as bad as the worst in it. */
const SEVERITY: readonly Measurement[] = ['success', 'inconclusive', 'error', 'failure'];

/**
 * One sample more; one that is not newer than the last point is left out. With more than `POINTS`, the two neighbours that make
 * the shortest stretch become one, the older first: so the points cover the whole release, evenly.
 */
export function addPoint(points: readonly Point[], sample: MetricSample): readonly Point[] {
  const last = points.at(-1);
  const point = pointOf(sample, last?.at);
  if (!Number.isFinite(point.at) || (last !== undefined && point.at <= last.at)) return points;
  return points.length < POINTS ? [...points, point] : withMerged(points, point);
}

/** One more, and as many as before. */
function withMerged(points: readonly Point[], point: Point): readonly Point[] {
  let shortest = Number.POSITIVE_INFINITY;
  let at = 0;
  for (let index = 0; index < points.length; index++) {
    const length = (points[index]?.seconds ?? 0) + (points[index + 1] ?? point).seconds;
    if (length < shortest) {
      shortest = length;
      at = index;
    }
  }
  const one = points[at];
  if (!one) return [point];
  const next = [...points];
  next[at] = merged(one, points[at + 1] ?? point);
  // Those behind move up; where the last two became one, there are none.
  next.copyWithin(at + 1, at + 2);
  if (at + 1 < next.length) next[next.length - 1] = point;
  return next;
}

function pointOf(sample: MetricSample, before: number | undefined): Point {
  switch (sample.kind) {
    case 'errorRate': {
      const { at, seconds, stable, canary } = sample.block;
      const side = ({ requests, bad }: { requests: number; bad: number }): Side => ({ count: requests, bad });
      return { at: Math.floor(at), seconds, stable: side(stable), canary: side(canary) };
    }
    case 'latency': {
      const { at, seconds, edges, stable, canary } = sample.block;
      const side = (buckets: readonly number[]): Side => ({ count: observations(buckets), edges, buckets });
      return { at: Math.floor(at), seconds, stable: side(stable), canary: side(canary) };
    }
    case 'saturation': {
      const { at, stable, canary } = sample.sample;
      return { at: Math.floor(at), seconds: since(before, at), stable: meanOf(stable), canary: meanOf(canary) };
    }
    case 'condition':
      return { at: Math.floor(sample.at), seconds: since(before, sample.at), measured: sample.measurement, ...(sample.value === undefined ? {} : { value: sample.value }) };
  }
}

/** Seconds since the point before: such samples are of a moment, and stand for the time until then. */
const since = (before: number | undefined, at: number): number => (before === undefined ? 0 : Math.max(0, (Math.floor(at) - before) / 1000));

function meanOf(values: readonly number[]): Side {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? { count: 0 } : { count: known.length, value: known.reduce((sum, value) => sum + value, 0) / known.length };
}

/** Two neighbours as one; a gap between them belongs to it. */
function merged(one: Point, other: Point): Point {
  const weights: readonly [number, number] = [one.seconds, other.seconds];
  // Of two equally bad measurements the later one is shown.
  const worst = SEVERITY.indexOf(one.measured ?? 'success') > SEVERITY.indexOf(other.measured ?? 'success') ? one : other;
  return {
    at: other.at,
    seconds: Math.max(0, (other.at - one.at) / 1000) + one.seconds,
    stable: sides(one.stable, other.stable, weights),
    canary: sides(one.canary, other.canary, weights),
    value: worst.value,
    measured: worst.measured,
  };
}

function sides(one: Side | undefined, other: Side | undefined, weights: readonly [number, number]): Side | undefined {
  if (!one || !other) return other ?? one;
  const same = one.edges !== undefined && one.edges.length === other.edges?.length && one.buckets?.length === other.buckets?.length;
  if (same && one.buckets && other.buckets) return { count: one.count + other.count, edges: one.edges, buckets: addBuckets(one.buckets, other.buckets) };
  const requests = one.edges !== undefined || other.edges !== undefined || one.bad !== undefined || other.bad !== undefined;
  const counted = requests || one.value === undefined || other.value === undefined;
  return {
    count: counted ? one.count + other.count : other.count,
    bad: one.bad === undefined && other.bad === undefined ? undefined : (one.bad ?? 0) + (other.bad ?? 0),
    value: mean(one, other, requests ? [one.count, other.count] : weights),
    edges: undefined, buckets: undefined,
  };
}

/** Half of each where neither weighs anything. */
function mean(one: Side, other: Side, [first, second]: readonly [number, number]): number | undefined {
  if (one.value === undefined || other.value === undefined) return one.value ?? other.value;
  return first + second === 0 ? (one.value + other.value) / 2 : (one.value * first + other.value * second) / (first + second);
}

const short = (value: number): number => Number(value.toPrecision(6));

/** Points as they are kept. @param quantile the percentile that is told of latencies */
export function writtenPoints(points: readonly Point[], quantile: number | undefined): EvidencePoint[] {
  const side = (found: Side | undefined): EvidencePoint['canary'] => {
    if (!found) return undefined;
    const value = found.buckets && found.edges ? percentileOf(found.edges, found.buckets, quantile ?? 0.99) : found.value;
    return { count: short(found.count), ...(found.bad === undefined ? {} : { bad: short(found.bad) }), ...(value === undefined || !Number.isFinite(value) ? {} : { value: short(value) }) };
  };
  return points.map((point) => {
    const [stable, canary] = [side(point.stable), side(point.canary)];
    return {
      at: new Date(point.at).toISOString(), seconds: short(point.seconds),
      ...(stable ? { stable } : {}), ...(canary ? { canary } : {}),
      ...(point.value === undefined || !Number.isFinite(point.value) ? {} : { value: short(point.value) }),
      ...(point.measured === undefined ? {} : { measured: point.measured }),
    };
  });
}

/** Points as they were kept; those without a time are left out. */
export function readPoints(points: readonly EvidencePoint[]): readonly Point[] {
  return points.flatMap(({ at, seconds, stable, canary, value, measured }) => {
    const end = Date.parse(at);
    const side = (found: EvidencePoint['canary']): Side | undefined => found && { ...found, count: found.count ?? 0 };
    return Number.isNaN(end) ? [] : [{ at: end, seconds, stable: side(stable), canary: side(canary), value, measured }];
  });
}

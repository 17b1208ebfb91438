import type { JudgedMetric } from '../../engine/judging/judged-metrics.js';
import { metricTest } from '../../engine/judging/metric-test.js';
import type { MadeUpRelease } from '../../statistics/calibration.js';
import type { HistogramBlock } from '../../statistics/histograms.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { marginOf } from './margins.js';

/** How stable is divided: half of its Pods against the other half, or where there is one Pod, what it did against what it did next. */
export type Division = 'Pods' | 'time';

/** Whether a metric says nothing of one version alone. */
export const isCompared = ({ measure }: JudgedMetric): boolean =>
  measure.how === 'rate' || measure.how === 'latency' || measure.how === 'shift' || (measure.how === 'gauge' && measure.limit === undefined);

/**
 * Samples as releases of stable against itself are put together from. Pure.
 * @param samples of both halves; of the canary alone where there is one Pod
 * @param stretch how many samples stay together
 */
export function comparable(samples: readonly MetricSample[], metric: JudgedMetric, division: Division, stretch: number): readonly MetricSample[] {
  const own = division === 'time' ? samples.map(withoutOther) : samples;
  const fitting = evenly(metric.measure.how === 'gauge' ? spaced(own, metric.measure.settings.spacing) : own);
  if (!isCompared(metric)) return fitting.map(asOneVersion);
  return division === 'time' ? inTurn(fitting, stretch) : fitting;
}

/** A gauge of one Pod alone was taken beside a limit, which is no Pod. */
const withoutOther = (found: MetricSample): MetricSample => (found.kind === 'saturation' ? { ...found, sample: { ...found.sample, stable: [] } } : found);

/** Histograms on the edges that all of them have, gauges of as many Pods as most of them have. */
function evenly(samples: readonly MetricSample[]): readonly MetricSample[] {
  const edges = samples.reduce<readonly number[] | undefined>((fewest, sample) => (sample.kind === 'latency' && (fewest === undefined || sample.block.edges.length < fewest.length) ? sample.block.edges : fewest), undefined);
  const sizes = samples.flatMap((sample) => (sample.kind === 'saturation' ? [valuesOf(sample).length] : [])).sort((a, b) => a - b);
  const usual = sizes[Math.floor(sizes.length / 2)];
  return samples.flatMap((sample): MetricSample[] => {
    if (sample.kind === 'latency' && edges) return [{ kind: 'latency', block: onEdges(sample.block, edges) }];
    return sample.kind === 'saturation' && valuesOf(sample).length !== usual ? [] : [sample];
  });
}

const valuesOf = ({ sample: { stable, canary } }: Extract<MetricSample, { kind: 'saturation' }>): readonly number[] => [...stable, ...canary];

function onEdges(block: HistogramBlock, edges: readonly number[]): HistogramBlock {
  if (block.edges.length === edges.length) return block;
  const binned = (buckets: readonly number[]): number[] => {
    const sums = new Array<number>(edges.length + 1).fill(0);
    buckets.forEach((count, index) => {
      const edge = block.edges[index];
      const at = edge === undefined ? -1 : edges.findIndex((each) => each >= edge);
      const bin = at < 0 ? edges.length : at;
      sums[bin] = (sums[bin] ?? 0) + count;
    });
    return sums;
  };
  return { ...block, edges, stable: binned(block.stable), canary: binned(block.canary) };
}

/** Those that a test would count, which leaves out what comes too soon after another. @param spacing milliseconds */
function spaced(samples: readonly MetricSample[], spacing: number): readonly MetricSample[] {
  let last = Number.NEGATIVE_INFINITY;
  return samples.filter((sample) => {
    if (sample.kind !== 'saturation' || sample.sample.at < last + spacing) return false;
    last = sample.sample.at;
    return true;
  });
}

const plus = (one: readonly number[], other: readonly number[]): number[] => one.map((count, index) => count + (other[index] ?? 0));

/** All Pods in the canary's place, for what is held against a limit. */
function asOneVersion(found: MetricSample): MetricSample {
  switch (found.kind) {
    case 'errorRate': {
      const { block } = found;
      return { ...found, block: { ...block, stable: { requests: 0, bad: 0 }, canary: { requests: block.stable.requests + block.canary.requests, bad: block.stable.bad + block.canary.bad } } };
    }
    case 'latency':
      return { ...found, block: { ...found.block, stable: found.block.stable.map(() => 0), canary: plus(found.block.canary, found.block.stable) } };
    case 'saturation':
      return { ...found, sample: { ...found.sample, stable: [], canary: valuesOf(found) } };
    case 'condition':
      return found;
  }
}

/** What the one Pod did in one stretch, against what it did in the next: bursts that are no longer than a stretch are of one side alone. */
function inTurn(samples: readonly MetricSample[], stretch: number): readonly MetricSample[] {
  const pairs: MetricSample[] = [];
  for (let start = 0; start + 2 * stretch <= samples.length; start += 2 * stretch) {
    for (let index = start; index < start + stretch; index++) {
      const pair = paired(samples[index], samples[index + stretch]);
      if (pair) pairs.push(pair);
    }
  }
  return pairs;
}

function paired(one: MetricSample | undefined, next: MetricSample | undefined): MetricSample | undefined {
  if (one?.kind === 'errorRate' && next?.kind === 'errorRate') return { kind: 'errorRate', block: { ...next.block, stable: one.block.canary } };
  if (one?.kind === 'latency' && next?.kind === 'latency') return { kind: 'latency', block: { ...next.block, stable: one.block.canary } };
  if (one?.kind === 'saturation' && next?.kind === 'saturation') return { kind: 'saturation', sample: { ...next.sample, stable: one.sample.canary } };
  return undefined;
}

/**
 * Releases of stable against itself, judged as a release of the policy would be. Which half stands for the canary is drawn for each of
 * them anew; of gauges, where the Pods themselves differ, also which Pods are in it.
 * @param seen what `comparable` made of the samples
 * @param random even over [0, 1)
 */
export function releasesOf(seen: readonly MetricSample[], metric: JudgedMetric, random: () => number): (margin: number) => MadeUpRelease {
  const margin = marginOf(metric.measure);
  const spacing = metric.measure.how === 'gauge' ? metric.measure.settings.spacing : 1000;
  return (worseBy) => {
    const test = metricTest(margin.with(worseBy));
    const drawn = isCompared(metric) ? sidesDrawn(seen[0], random) : undefined;
    let kept = test.fresh;
    return {
      add(index, at) {
        const sample = seen[index];
        if (sample) kept = test.add(kept, moved(drawn ? drawn(sample) : sample, at * spacing));
      },
      takenBack: () => test.verdict(kept, metric.confidence).outcome === 'fail',
    };
  };
}

function sidesDrawn(like: MetricSample | undefined, random: () => number): (sample: MetricSample) => MetricSample {
  if (like?.kind === 'saturation' && valuesOf(like).length > 2) {
    const order = valuesOf(like).map((_, index) => ({ index, draw: random() })).sort((a, b) => a.draw - b.draw).map(({ index }) => index);
    const canary = new Set(order.slice(0, Math.floor(order.length / 2)));
    return (found) => {
      if (found.kind !== 'saturation') return found;
      const values = valuesOf(found);
      return { ...found, sample: { ...found.sample, stable: values.filter((_, index) => !canary.has(index)), canary: values.filter((_, index) => canary.has(index)) } };
    };
  }
  return random() < 0.5 ? (found) => found : exchanged;
}

function exchanged(found: MetricSample): MetricSample {
  switch (found.kind) {
    case 'errorRate':
      return { ...found, block: { ...found.block, stable: found.block.canary, canary: found.block.stable } };
    case 'latency':
      return { ...found, block: { ...found.block, stable: found.block.canary, canary: found.block.stable } };
    case 'saturation':
      return { ...found, sample: { ...found.sample, stable: found.sample.canary, canary: found.sample.stable } };
    case 'condition':
      return found;
  }
}

/** The same sample at another time. */
function moved(found: MetricSample, at: number): MetricSample {
  switch (found.kind) {
    case 'errorRate':
      return { ...found, block: { ...found.block, at } };
    case 'latency':
      return { ...found, block: { ...found.block, at } };
    case 'saturation':
      return { ...found, sample: { ...found.sample, at } };
    case 'condition':
      return { ...found, at };
  }
}

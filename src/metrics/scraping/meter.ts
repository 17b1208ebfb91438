import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { MetricSample } from '../../statistics/metric-sample.js';
import { bucketsQuestion, sumQuestion } from '../page/exposed-question.js';
import { answerTo, type PageAnswers, type PageQuestion } from '../page/page-question.js';
import { bucketMeasure, type Buckets } from '../windows/buckets.js';
import { countBlock, countMeasure, type RawCounts } from '../windows/counts.js';
import { gaugeSample } from '../windows/gauges.js';
import { HistogramBlocks } from '../windows/histograms.js';
import type { Measure, Said } from '../windows/measure.js';
import { PodIncreases, type Increase } from '../windows/pod-increases.js';
import { VersionWindow } from '../windows/version-window.js';
import type { TargetChoice } from './scrape-target.js';

/** What one round of questions brought, for one metric. */
export interface AskedPod extends Omit<Said<unknown>, 'value'> {
  /** Undefined when the Pod gave no answer. */
  readonly answers: PageAnswers | undefined;
}

/** Makes samples of one metric from what Pods say when they are asked. */
export interface Meter {
  readonly questions: readonly PageQuestion<unknown>[];
  readonly target: TargetChoice;
  add(at: number, asked: readonly AskedPod[]): void;
  take(): MetricSample | undefined;
  /** Why there is nothing yet although Pods answered. */
  readonly lacks: string | undefined;
}

/**
 * A metric that Pods are asked for by `from.scrape`.
 * @param since when somebody began to ask, in milliseconds since the epoch
 * @throws Error what is wrong with the metric
 */
export function scrapeMeter(metric: PlannedMetric, since: number): Meter {
  const { scrape } = metric.from ?? {};
  if (!scrape) throw new Error('says no from.scrape');
  const target = { port: scrape.port, path: scrape.path };
  if (metric.errorRate) {
    if (!scrape.all || !scrape.bad) throw new Error('from.scrape needs all and bad for errorRate');
    return countMeter(sumQuestion(scrape.all), sumQuestion(scrape.bad), scrape.all.metric, target, since);
  }
  if (metric.latency) {
    if (!scrape.histogram) throw new Error('from.scrape needs histogram for latency');
    return histogramMeter(bucketsQuestion(scrape.histogram, scrape.unit), scrape.histogram.metric, target, since);
  }
  if (metric.saturation) {
    if (!scrape.gauge) throw new Error('from.scrape needs gauge for saturation');
    return gaugeMeter(sumQuestion(scrape.gauge), scrape.gauge.metric, metric.saturation.below, target);
  }
  throw new Error('a condition cannot be judged from from.scrape; use from.prometheus or from.web');
}

/** The block of a window, as a sample. */
export const countSample = (window: VersionWindow<RawCounts>): MetricSample | undefined => {
  const block = window.take();
  return block && { kind: 'errorRate', block: countBlock(block) };
};

/** The same of durations. `lacks` says why there is none. */
export class HistogramSamples {
  readonly #window: VersionWindow<Buckets>;
  readonly #blocks = new HistogramBlocks();
  lacks: string | undefined;

  constructor(since: number) {
    this.#window = new VersionWindow(bucketMeasure, since);
  }

  add(at: number, increase: Increase<Buckets>): void {
    this.#window.add(at, increase);
  }

  take(): MetricSample | undefined {
    const taken = this.#window.take();
    const block = taken && this.#blocks.of(taken);
    if (block) this.lacks = block.edges.length === 0 ? 'the histograms of the Pods have no edge of a bucket in common' : undefined;
    return block && block.edges.length > 0 ? { kind: 'latency', block } : undefined;
  }
}

const nothingOf = (metric: string): string => `no Pod shows the metric ${metric} so far`;

function countMeter(all: PageQuestion<number>, bad: PageQuestion<number>, metric: string, target: TargetChoice, since: number): Meter {
  const window = new VersionWindow(countMeasure, since);
  const values = counted(countMeasure, since, (answers): RawCounts | undefined => {
    const requests = answerTo(all, answers);
    return requests === undefined ? undefined : { requests, failures: answerTo(bad, answers) ?? 0 };
  });
  return {
    questions: [all, bad], target,
    add: (at, asked) => window.add(at, values.increases(asked)),
    take: () => (values.seen ? countSample(window) : undefined),
    get lacks() {
      return values.seen ? undefined : nothingOf(metric);
    },
  };
}

function histogramMeter(question: PageQuestion<Buckets>, metric: string, target: TargetChoice, since: number): Meter {
  const samples = new HistogramSamples(since);
  const values = counted(bucketMeasure, since, (answers) => answerTo(question, answers));
  return {
    questions: [question], target,
    add: (at, asked) => samples.add(at, values.increases(asked)),
    take: () => samples.take(),
    get lacks() {
      return values.seen ? samples.lacks : nothingOf(metric);
    },
  };
}

function gaugeMeter(question: PageQuestion<number>, metric: string, limit: number | undefined, target: TargetChoice): Meter {
  let sample: MetricSample | undefined;
  let seen = false;
  return {
    questions: [question], target,
    add(at, asked) {
      const said = asked.map(({ answers, ...pod }) => ({ ...pod, value: answers && answerTo(question, answers) }));
      seen ||= said.some(({ value }) => value !== undefined);
      const found = gaugeSample(at, said, limit);
      sample = found && { kind: 'saturation', sample: found };
    },
    take() {
      const taken = sample;
      sample = undefined;
      return taken;
    },
    get lacks() {
      return seen ? undefined : nothingOf(metric);
    },
  };
}

/** Takes the answers of a question to increases. A Pod that answers and does not show the metric yet has counted nothing. */
function counted<V>(measure: Measure<V>, since: number, valueOf: (answers: PageAnswers) => V | undefined): { readonly seen: boolean; increases(asked: readonly AskedPod[]): Increase<V> } {
  const pods = new PodIncreases(measure, since);
  let seen = false;
  return {
    get seen() {
      return seen;
    },
    increases(asked) {
      return pods.add(
        asked.map(({ answers, ...pod }) => {
          const value = answers && valueOf(answers);
          seen ||= value !== undefined;
          return { ...pod, value: answers && (value ?? measure.zero) };
        }),
      );
    },
  };
}

import type { MetricSample } from '../../statistics/metric-sample.js';
import type { GatewayRound } from '../gateways/gateway-visits.js';
import { answerTo } from '../page/page-question.js';
import { requestsQuestion, type ServedRequests } from '../page/requests-question.js';
import { bucketMeasure, noBuckets, type Buckets } from '../windows/buckets.js';
import { countMeasure, type RawCounts } from '../windows/counts.js';
import type { Said } from '../windows/measure.js';
import { PodIncreases, type Increase } from '../windows/pod-increases.js';
import { VersionWindow } from '../windows/version-window.js';
import { countSample, HistogramSamples, type AskedPod } from './meter.js';
import type { TargetChoice } from './scrape-target.js';

/** Somebody who takes samples of requests. */
export interface RequestSamples {
  take(): MetricSample | undefined;
  readonly lacks: string | undefined;
  stop(): void;
}

const NOTHING = 'no Pod shows a metric of its requests that is known, such as istio_requests_total or http_requests_total; name yours by from.scrape';

/**
 * What is known of requests without being told where: read once, for the totals and for every metric that goes by it. Pods are
 * believed; a gateway is where none of them tells anything. Who tells first is believed to the end: both count the same requests.
 */
export class RequestMeters {
  readonly questions = [requestsQuestion];
  readonly target: TargetChoice = {};
  readonly #counts: PodIncreases<RawCounts>;
  readonly #durations: PodIncreases<Buckets>;
  readonly #windows = new Set<VersionWindow<RawCounts>>();
  readonly #histograms = new Set<HistogramSamples>();
  #timed = false;
  #gatewayProblem: string | undefined;
  /** Who is believed. */
  by: 'nobody yet' | 'Pods' | 'gateways' = 'nobody yet';

  /** @param since when the release was first seen, in milliseconds since the epoch */
  constructor(since: number) {
    this.#counts = new PodIncreases(countMeasure, since);
    this.#durations = new PodIncreases(bucketMeasure, since);
  }

  /** @param gateways what they said, where they were asked @returns what requests there were since the last time */
  add(at: number, asked: readonly AskedPod[], gateways: GatewayRound | undefined): Increase<RawCounts> {
    const ofPods = asked.map(({ answers, ...pod }): Said<Partial<ServedRequests>> => ({ ...pod, value: answers && (answerTo(requestsQuestion, answers) ?? {}) }));
    this.#gatewayProblem = gateways?.problem;
    if (this.by === 'nobody yet') this.by = ofPods.some(({ value }) => value?.counts !== undefined) ? 'Pods' : gateways?.known ? 'gateways' : 'nobody yet';
    // Until one is believed both are heard: what counts from 0 has to be known before it counts.
    const said = [...(this.by === 'gateways' ? [] : ofPods), ...(this.by === 'Pods' ? [] : (gateways?.said ?? []))];
    this.#timed ||= said.some(({ value }) => value?.buckets !== undefined);
    // Who answers and does not show the metric yet has counted nothing.
    const counts = this.#counts.add(said.map(({ value, ...pod }) => ({ ...pod, value: value && (value.counts ?? countMeasure.zero) })));
    const durations = this.#durations.add(said.map(({ value, ...pod }) => ({ ...pod, value: value && (value.buckets ?? noBuckets) })));
    for (const window of this.#windows) window.add(at, counts);
    for (const histogram of this.#histograms) histogram.add(at, durations);
    return counts;
  }

  /** Samples of failed requests from now on. */
  errors(now: number): RequestSamples {
    const window = new VersionWindow(countMeasure, now);
    this.#windows.add(window);
    const isKnown = (): boolean => this.by !== 'nobody yet';
    const lacks = (): string | undefined => (isKnown() ? undefined : this.#nothing());
    return { take: () => (isKnown() ? countSample(window) : undefined), get lacks() { return lacks(); }, stop: () => void this.#windows.delete(window) };
  }

  /** Samples of durations from now on. */
  latency(now: number): RequestSamples {
    const samples = new HistogramSamples(now);
    this.#histograms.add(samples);
    const lacks = (): string | undefined => {
      if (this.by === 'nobody yet') return this.#nothing();
      return this.#timed ? samples.lacks : `${this.by} count requests, but show no histogram of how long they take`;
    };
    return { take: () => samples.take(), get lacks() { return lacks(); }, stop: () => void this.#histograms.delete(samples) };
  }

  #nothing(): string {
    return this.#gatewayProblem === undefined ? NOTHING : `${NOTHING}; ${this.#gatewayProblem}`;
  }
}

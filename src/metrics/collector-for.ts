import type { Informer } from '../cluster/informer.js';
import type { Pod } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { parseDuration } from '../model/duration.js';
import type { PlannedMetric } from '../model/policy/analysis.js';
import type { VersionHashes } from '../model/version.js';
import type { Clock } from '../ports/clock.js';
import { createCondition, type Result } from './conditions/condition.js';
import { createConditionCollector, type Measured } from './conditions/condition-collector.js';
import type { Collector } from './collector.js';
import { createDatadogSource } from './datadog/datadog-source.js';
import { createJobCollector } from './job/job-collector.js';
import type { MeasuringJobs } from './job/measuring-jobs.js';
import { createPrometheusSource } from './prometheus/prometheus-source.js';
import type { SharedAnswers } from './prometheus/shared-answers.js';
import { createQueriedCounters, type QueriedPods } from './querying/queried-counters.js';
import { createQueriedGauges } from './querying/queried-gauges.js';
import { queriedValue } from './querying/queried-value.js';
import { BucketReader, CountReader, unitOfQuery } from './querying/readings.js';
import type { QuerySource } from './reading.js';
import type { Requester } from './requesting/requester.js';
import type { SecretReader } from './requesting/secret-reader.js';
import { createWebResult } from './web/web-result.js';
import { bucketMeasure } from './windows/buckets.js';
import { countBlock, countMeasure } from './windows/counts.js';
import { HistogramBlocks } from './windows/histograms.js';

/** What a metric is measured for. */
export interface MeasuredRelease {
  /** Owns the Jobs; has a name, a namespace and a uid. */
  readonly release: KubernetesObject;
  /** The policy's name. */
  readonly policy: string;
  /** How the Pods of both versions are told apart. */
  readonly hashes: VersionHashes;
  /** Index of the step that names the metric, from 0; absent for one that is measured all the time. */
  readonly step?: number;
  /** When the metric's first sample may be taken, in milliseconds since the epoch: when the release, or the step that names it, began. */
  readonly since: number;
  /** When the last sample on record was taken; absent where none is. */
  readonly lastAt?: number;
  /** What Jobs find in their environment. */
  readonly variables?: readonly { readonly name: string; readonly value: string }[];
}

/** What collectors share. */
export interface CollectorDeps {
  readonly clock: Clock;
  readonly pods: Pick<Informer<Pod>, 'list'>;
  readonly requester: Requester;
  readonly secrets: SecretReader;
  readonly jobs: MeasuringJobs;
  /** Answers of Prometheus for all who ask the same; absent where nobody else does. */
  readonly shared?: SharedAnswers;
  /** Of metrics that Pods, the mesh or the gateway tell themselves: those with `from.scrape` or without `from`. */
  readonly exposed: (metric: PlannedMetric, about: MeasuredRelease) => Collector;
}

/**
 * The collector of one metric of one release.
 * @throws Error for a metric that cannot be measured, which the checks of its policy find beforehand
 */
export function collectorFor(metric: PlannedMetric, about: MeasuredRelease, deps: CollectorDeps): Collector {
  const { from } = metric;
  if (from?.job) return jobCollector(metric, about, deps);
  if (from?.web) return conditionCollector(metric, about, deps, webMeasure(metric, about, deps));
  if (from?.prometheus) {
    const source = createPrometheusSource({ settings: from.prometheus, namespace: namespaceOf(about), requester: deps.requester, secrets: deps.secrets, shared: deps.shared });
    return queryCollector(metric, about, deps, { source: () => source, settings: from.prometheus, podLabel: from.prometheus.podLabel ?? 'pod' });
  }
  if (from?.datadog) {
    const { datadog: settings } = from;
    const begun = deps.clock.now();
    const source = (of: 'counters' | 'values'): QuerySource => createDatadogSource({ settings, namespace: namespaceOf(about), requester: deps.requester, secrets: deps.secrets, clock: deps.clock, ...(of === 'counters' ? { since: begun } : {}) });
    return queryCollector(metric, about, deps, { source, settings, podLabel: settings.podTag ?? 'pod_name' });
  }
  return deps.exposed(metric, about);
}

interface Queried {
  readonly source: (of: 'counters' | 'values') => QuerySource;
  readonly settings: { readonly every: string; readonly all?: string; readonly bad?: string; readonly histogram?: string; readonly gauge?: string; readonly value?: string; readonly unit?: 'seconds' | 'milliseconds' };
  readonly podLabel: string;
}

function queryCollector(metric: PlannedMetric, about: MeasuredRelease, deps: CollectorDeps, { source, settings, podLabel }: Queried): Collector {
  const { all = '', bad = '', histogram = '', gauge = '', value = '', unit, every } = settings;
  const namespace = namespaceOf(about);
  const queried = (of: 'counters' | 'values'): QueriedPods =>
    ({ source: source(of), interval: parseDuration(every), hashes: about.hashes, pods: () => deps.pods.list({ namespace }), since: deps.clock.now(), podLabel });
  if (metric.errorRate) {
    return createQueriedCounters({ ...queried('counters'), queries: [all, bad], measure: countMeasure, reader: new CountReader(), sample: (block) => ({ kind: 'errorRate', block: countBlock(block) }) });
  }
  if (metric.latency) {
    const blocks = new HistogramBlocks();
    return createQueriedCounters({
      ...queried('counters'), queries: [histogram], measure: bucketMeasure, reader: new BucketReader(unitOfQuery(histogram, unit)),
      sample: (found) => {
        const block = blocks.of(found);
        return block && { kind: 'latency', block };
      },
    });
  }
  if (metric.saturation) return createQueriedGauges({ ...queried('values'), query: gauge, limit: metric.saturation.below });
  const asked = source('values');
  return conditionCollector(metric, about, deps, (signal) => queriedValue(asked, value, signal));
}

function conditionCollector(metric: PlannedMetric, about: MeasuredRelease, deps: CollectorDeps, measure: (signal: AbortSignal) => Promise<Measured>): Collector {
  return createConditionCollector({ schedule: scheduleOf(metric, about), measure, condition: createCondition(metric.condition ?? {}), clock: deps.clock });
}

function webMeasure(metric: PlannedMetric, about: MeasuredRelease, { requester, secrets }: CollectorDeps): (signal: AbortSignal) => Promise<{ result: Result }> {
  const settings = metric.from?.web;
  if (!settings) throw new RangeError(`${metric.name} is not from the web`);
  const fetched = createWebResult({ settings, namespace: namespaceOf(about), within: scheduleOf(metric, about).every, requester, secrets });
  return async (signal) => ({ result: await fetched(signal) });
}

function jobCollector(metric: PlannedMetric, about: MeasuredRelease, { jobs, clock }: CollectorDeps): Collector {
  const settings = metric.from?.job;
  if (!settings) throw new RangeError(`${metric.name} is not from a Job`);
  const { success, failure } = metric.condition ?? {};
  // With no condition the end of the Job is all there is to say; see there.
  const condition = success === undefined && failure === undefined ? undefined : createCondition({ success, failure });
  return createJobCollector({ settings, metric: metric.name, about, schedule: scheduleOf(metric, about), condition, jobs, clock });
}

/** A restarted controller does not begin anew: the next measurement comes as long after the last as any. */
function scheduleOf({ condition }: PlannedMetric, { since, lastAt }: MeasuredRelease): { every: number; first: number; count?: number } {
  const every = parseDuration(condition?.every ?? '30s');
  const first = since + (condition?.delay === undefined ? 0 : parseDuration(condition.delay));
  return { every, first: lastAt === undefined ? first : Math.max(first, lastAt + every), ...(condition?.count === undefined ? {} : { count: condition.count }) };
}

const namespaceOf = ({ release }: MeasuredRelease): string => release.metadata.namespace ?? '';

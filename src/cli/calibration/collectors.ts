import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterClient } from '../../cluster/client.js';
import { collectorFor, type CollectorDeps, type MeasuredRelease } from '../../metrics/collector-for.js';
import type { Collector } from '../../metrics/collector.js';
import { createRequester } from '../../metrics/requesting/requester.js';
import { createSecretReader } from '../../metrics/requesting/secret-reader.js';
import { scrapeTargetOf, type ScrapeTarget, type TargetChoice } from '../../metrics/scraping/scrape-target.js';
import { Scraping } from '../../metrics/scraping/scraping.js';
import type { PlannedMetric } from '../../model/policy/analysis.js';
import type { ReleasePolicy } from '../../model/release-policy.js';
import { abortReason, type Clock } from '../../ports/clock.js';
import { asksPods, type CalibratedMetric } from './metrics.js';
import { askPod } from './pod-proxy.js';
import { HALVES, type DividedPods } from './stable-pods.js';

export interface CollectorsOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  readonly policy: ReleasePolicy;
  readonly divided: DividedPods;
  /** Between two rounds in which Pods are asked, in milliseconds. */
  readonly interval: number;
  /** Where Prometheus is reached from here, in place of the address in the policy. */
  readonly prometheus: string | undefined;
}

/** Collectors as the controller has them, for two halves of one version; Pods are asked through the API server. */
export interface Collectors {
  of(metric: CalibratedMetric): Collector;
  /** Why the Pods cannot be asked for a metric, in a sentence; undefined when one of them answers. */
  objectionTo(metric: CalibratedMetric, signal: AbortSignal): Promise<string | undefined>;
  stop(): Promise<void>;
}

export function startCollectors({ client, clock, policy, divided, interval, prometheus }: CollectorsOptions): Collectors {
  const { namespace = '', name } = policy.metadata;
  const list = divided.pods;
  const pods = { list: () => [...list] };
  const fetch = (target: ScrapeTarget, signal: AbortSignal): Promise<string> => {
    const pod = list.find(({ status }) => status?.podIP === target.address);
    if (!pod) throw new Error('the Pod is gone');
    return askPod(client, { namespace, name: pod.metadata.name, port: target.port, path: target.path }, signal);
  };
  const stopping = new AbortController();
  const scraping = new Scraping({ pods, clock, fetch, interval, fresh: 0 });
  const running = scraping.run(stopping.signal);
  const requester = createRequester({ clock });
  const noJobs = (): Promise<never> => Promise.reject(new Error('nothing is calibrated by Jobs'));
  const deps: CollectorDeps = {
    clock, pods, requester, secrets: createSecretReader(client, clock), jobs: { list: noJobs, create: noJobs, remove: noJobs },
    exposed: (metric) => scraping.collector({ namespace, name }, HALVES, metric),
  };
  return {
    of({ planned }) {
      const about: MeasuredRelease = { release: policy, policy: name, hashes: HALVES, since: clock.now() };
      return collectorFor(reachable(withoutLimit(planned, divided), prometheus), about, deps);
    },
    async objectionTo(metric, signal) {
      if (!asksPods(metric)) return undefined;
      const { scrape } = metric.planned.from ?? {};
      const choice: TargetChoice = { port: scrape?.port, path: scrape?.path };
      const pod = list.find((each) => scrapeTargetOf(each, choice));
      const target = pod && scrapeTargetOf(pod, choice);
      if (!target) return `its Pods do not say where their metrics are: ${list.map((each) => each.metadata.name).join(', ')}. Annotate the Pod template with prometheus.io/scrape: "true" and prometheus.io/port, or name from.scrape.port of the metric.`;
      try {
        await fetch(target, signal);
        return undefined;
      } catch (error) {
        if (signal.aborted) throw abortReason(signal);
        if (isForbidden(error)) return `you may not ask Pods of namespace ${namespace} through the API server. It takes a role with the verb get for the resource pods/proxy.`;
        return `Pod ${pod.metadata.name} does not answer at port ${target.port}, ${target.path}: ${error instanceof Error ? error.message : String(error)}`;
      }
    },
    async stop() {
      stopping.abort(new Error('nothing is sampled any more'));
      await running;
      await requester.stop();
    },
  };
}

/** Gauges are seen of both halves, also where they are held against a limit; of one Pod alone nobody is beside it. */
function withoutLimit(metric: PlannedMetric, { division }: DividedPods): PlannedMetric {
  if (!metric.saturation) return metric;
  const { below: _, ...saturation } = metric.saturation;
  return { ...metric, saturation: division === 'time' ? { ...saturation, below: 0 } : saturation };
}

/** Names of Services mean nothing outside of the cluster. */
function reachable(metric: PlannedMetric, prometheus: string | undefined): PlannedMetric {
  const from = metric.from?.prometheus;
  return from && prometheus !== undefined ? { ...metric, from: { prometheus: { ...from, address: prometheus } } } : metric;
}

import type { MetricSpec } from '../../src/kubernetes/generated/autoscaling-v2.js';
import type { Pod } from '../../src/kubernetes/generated/core-v1.js';
import { timestamp } from '../../src/kubernetes/conditions.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { HASH_LABEL } from '../../src/model/version.js';
import { resources, type Driver } from './driver.js';
import { namespace } from './program.js';
import { isReady, reachOf } from './witness.js';

/** What Pods are to use on average, in the unit of each kind of metric: hundredths of a processor, MiB, requests. */
export const TARGET = 50;

/** What a container requests in the same units, so that TARGET is half of it. */
export const REQUESTS = { cpu: '1', memory: '100Mi' };

/** The kinds of metrics by name; each wants TARGET for a Pod. */
export const METRICS = {
  'Resource cpu, part of the request': { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  'Resource memory, amount': { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: `${TARGET}Mi` } } },
  Pods: { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: String(TARGET) } } },
  'External, for each Pod': { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: String(TARGET) } } },
  'External, one value': { type: 'External', external: { metric: { name: 'wait' }, target: { type: 'Value', value: String(TARGET) } } },
} satisfies Record<string, MetricSpec>;

const podMetrics: Resource<KubernetesObject> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true };
const external = (metric: string): string => `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/${metric}`;
const custom = (pod: string, metric: string): string => `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/pods/${pod}/${metric}`;

/** How often everything is measured, in milliseconds. */
const INTERVAL = 2000;

/**
 * What users ask of a program, and what is measured of it: the load goes to the versions as the routes say, and is spread over
 * the ready Pods of each. All kinds of metrics are written, as by those who measure: for every ready Pod, now and then, and
 * whenever Pods or load have changed.
 */
export class Load {
  /** In Pods that have TARGET to do. */
  pods: number;
  /** What each Pod uses without anybody asking, as a part of TARGET. */
  idle = 0;
  readonly #driver: Driver;
  #written = { what: '', at: Number.NEGATIVE_INFINITY };

  constructor(driver: Driver, pods: number) {
    this.#driver = driver;
    this.pods = pods;
  }

  /** Writes what is due. */
  async measure(): Promise<void> {
    const { clock, client } = this.#driver;
    const pods = this.#driver.objects(resources.pods, namespace).filter(isReady);
    const uses = new Map(pods.map((pod): [Pod, number] => [pod, Math.floor(1000 * TARGET * (this.idle + this.pods * this.#part(pod, pods))) / 1000]));
    const what = JSON.stringify([...uses].map(([{ metadata }, use]) => [metadata.name, use]));
    if (pods.length === 0 || (what === this.#written.what && clock.now() < this.#written.at + INTERVAL)) return;
    this.#written = { what, at: clock.now() };
    const time = timestamp(clock.now());
    const gone = this.#driver.objects(podMetrics, namespace).filter(({ metadata }) => pods.every((pod) => pod.metadata.name !== metadata.name));
    const average = [...uses.values()].reduce((sum, use) => sum + use, 0) / pods.length;
    await Promise.all([
      ...[...uses].flatMap(([{ metadata: { name, labels = {} } }, use]) => {
        // Autoscalers read whole thousandths, rounded up.
        const usage = { cpu: `${Math.floor(10 * use)}m`, memory: `${Math.floor(1024 * use)}Ki` };
        return [
          client.replace(podMetrics, { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: { name, namespace, labels }, timestamp: time, window: '1s', containers: [{ name: 'web', usage }] } as KubernetesObject),
          this.#driver.put(custom(name, 'rps'), { items: [{ value: `${Math.floor(1000 * use)}m` }] }),
        ];
      }),
      ...gone.map(({ metadata: { name } }) => client.delete(podMetrics, { namespace, name })),
      this.#driver.put(external('queue'), { items: [{ value: String(this.pods * TARGET) }] }),
      this.#driver.put(external('wait'), { items: [{ value: `${Math.floor(1000 * average)}m` }] }),
    ]);
  }

  /** The part of the load that one of these Pods gets. */
  #part(pod: Pod, pods: readonly Pod[]): number {
    const hash = pod.metadata.labels?.[HASH_LABEL] ?? '';
    const reach = reachOf(this.#driver, namespace);
    const alike = pods.filter(({ metadata }) => metadata.labels?.[HASH_LABEL] === hash).length;
    return reach.kind === 'shares' ? (reach.shares.get(hash) ?? 0) / 1000 / alike : 1 / pods.length;
  }
}

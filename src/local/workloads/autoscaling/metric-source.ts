import type { ClusterClient } from '../../../cluster/client.js';
import type { CrossVersionObjectReference } from '../../../kubernetes/generated/autoscaling-v2.js';
import { isRecord } from '../../../kubernetes/json.js';
import { isQuantity, quantityAsNumber } from '../../../kubernetes/quantity.js';
import { groupResource, type KindFinder } from '../loop/kind-finder.js';

/** A value of one Pod, in thousandths. */
export interface PodSample {
  readonly value: number;
  /** When it was measured, in milliseconds since the epoch. */
  readonly at: number;
  /** Over how many milliseconds. */
  readonly window: number;
}

/** Samples by Pod name. */
export type PodSamples = ReadonlyMap<string, PodSample>;

const CUSTOM = '/apis/custom.metrics.k8s.io';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1';
const USUAL_WINDOW_MS = 60_000;

/** Reads resource, custom and external metrics from the API. Selectors are in their text form; all values in thousandths. */
export class MetricSource {
  readonly #client: Pick<ClusterClient, 'raw'>;
  readonly #kinds: KindFinder;
  #customVersion: string | undefined;

  constructor(client: Pick<ClusterClient, 'raw'>, kinds: KindFinder) {
    this.#client = client;
    this.#kinds = kinds;
  }

  /** What Pods use of a resource, or one container of each. @throws Error in the words of the condition when there is nothing */
  async resource(name: string, namespace: string, selector: string, container: string | undefined, signal: AbortSignal): Promise<PodSamples> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const items = await this.#items('resource', path, { labelSelector: selector }, signal);
    return new Map(
      items.flatMap((item): [string, PodSample][] => {
        const containers = (Array.isArray(item['containers']) ? item['containers'] : []).filter(isRecord);
        const counted = container === undefined ? containers : containers.filter((each) => each['name'] === container);
        const values = counted.map(({ usage }) => (isRecord(usage) ? milli(usage[name]) : undefined));
        if (values.length === 0 || values.includes(undefined)) return [];
        const { timestamp, window } = item;
        return [[nameIn(item['metadata']), { value: values.reduce<number>((sum, value) => sum + (value ?? 0), 0), at: timeOf(timestamp), window: durationOf(window) }]];
      }),
    );
  }

  /** A metric of each Pod. @throws Error as `resource` */
  async pods(metric: string, namespace: string, selector: string, metricSelector: string, signal: AbortSignal): Promise<PodSamples> {
    const path = `${await this.#custom(signal)}/namespaces/${encodeURIComponent(namespace)}/pods/*/${encodeURIComponent(metric)}`;
    const items = await this.#items('custom', path, { labelSelector: selector, metricLabelSelector: metricSelector }, signal);
    return new Map(
      items.map(({ describedObject, value, timestamp, windowSeconds }): [string, PodSample] => {
        const window = typeof windowSeconds === 'number' ? windowSeconds * 1000 : USUAL_WINDOW_MS;
        return [nameIn(describedObject), { value: milli(value) ?? 0, at: timeOf(timestamp), window }];
      }),
    );
  }

  /** A metric of one object. @throws Error as `resource` */
  async object(metric: string, namespace: string, object: CrossVersionObjectReference, metricSelector: string, signal: AbortSignal): Promise<number> {
    const { resource } = await this.#kinds.find(object, signal);
    const root = `${await this.#custom(signal)}/namespaces/${encodeURIComponent(namespace)}`;
    const path = resource.plural === 'namespaces' && resource.group === '' ? 'metrics' : `${groupResource(resource)}/${encodeURIComponent(object.name)}`;
    const [item] = await this.#items('custom', `${root}/${path}/${encodeURIComponent(metric)}`, { metricLabelSelector: metricSelector }, signal);
    return milli(item?.['value']) ?? 0;
  }

  /** All values of a metric from outside the cluster, one for each set of labels. @throws Error as `resource` */
  async external(metric: string, namespace: string, metricSelector: string, signal: AbortSignal): Promise<number[]> {
    const path = `${EXTERNAL}/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}`;
    return (await this.#items('external', path, { labelSelector: metricSelector }, signal)).map(({ value }) => milli(value) ?? 0);
  }

  async #custom(signal: AbortSignal): Promise<string> {
    if (this.#customVersion === undefined) {
      const answer: unknown = await this.#read('custom', CUSTOM, {}, signal);
      const preferred = isRecord(answer) && isRecord(answer['preferredVersion']) ? answer['preferredVersion']['version'] : undefined;
      this.#customVersion = typeof preferred === 'string' ? preferred : 'v1beta2';
    }
    return `${CUSTOM}/${this.#customVersion}`;
  }

  async #items(api: string, path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Record<string, unknown>[]> {
    const answer = await this.#read(api, path, query, signal);
    const items = isRecord(answer) ? answer['items'] : undefined;
    const found = Array.isArray(items) ? items.filter(isRecord) : isRecord(answer) && 'value' in answer ? [answer] : [];
    if (found.length === 0) throw new Error(`no metrics returned from ${api} metrics API`);
    return found;
  }

  async #read(api: string, path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown> {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
    try {
      return JSON.parse(await this.#client.raw(path, asked, { signal }));
    } catch (error) {
      throw new Error(`unable to fetch metrics from ${api} metrics API: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

/** Thousandths, rounded up; undefined where it is no quantity. */
export function milli(quantity: unknown): number | undefined {
  if ((typeof quantity !== 'string' && typeof quantity !== 'number') || !isQuantity(quantity)) return undefined;
  // Rounded first, so that 0.3 is not 300.00000000000006 thousandths.
  return Math.ceil(Number((quantityAsNumber(quantity) * 1000).toPrecision(15)));
}

const nameIn = (value: unknown): string => (isRecord(value) && typeof value['name'] === 'string' ? value['name'] : '');
const timeOf = (value: unknown): number => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, µs: 1e-3, us: 1e-3, ns: 1e-6 };

/** Milliseconds of a duration such as `1m0.5s`. */
function durationOf(value: unknown): number {
  if (typeof value !== 'string') return USUAL_WINDOW_MS;
  return [...value.matchAll(/([0-9.]+)(ms|us|µs|ns|h|m|s)/g)].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}

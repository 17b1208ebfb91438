import type { ClusterClient } from '../../../cluster/client.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Pod } from '../../../kubernetes/generated/core-v1.js';
import { isRecord } from '../../../kubernetes/json.js';
import type { KubernetesObject, ObjectName, Resource } from '../../../kubernetes/objects.js';
import { ownerReference } from '../../../kubernetes/owners.js';
import type { Clock } from '../../../ports/clock.js';
import { groupUsages, machineUsage, type GroupUsage } from './group-usage.js';

interface PodMetrics extends KubernetesObject {
  timestamp: string;
  window: string;
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}

interface NodeMetrics extends KubernetesObject {
  timestamp: string;
  window: string;
  usage: { cpu: string; memory: string };
}

const POD_METRICS: Resource<PodMetrics> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'PodMetrics', plural: 'pods', namespaced: true };
const NODE_METRICS: Resource<NodeMetrics> = { group: 'metrics.k8s.io', version: 'v1beta1', kind: 'NodeMetrics', plural: 'nodes', namespaced: false };
const LOOK_AGAIN_MILLISECONDS = 60_000;

/** The leaders of a Pod's process groups, by container. */
export interface RunningPod {
  readonly pod: Pod;
  readonly leaders: ReadonlyMap<string, number>;
}

/** What is measured, how often, and for whom. */
export interface UsageWriterOptions {
  readonly client: ClusterClient;
  readonly clock: Clock;
  /** Of the node. */
  readonly name: string;
  /** Milliseconds between two measurements. */
  readonly every: number;
  readonly running: () => readonly RunningPod[];
}

interface Sample {
  readonly at: number;
  readonly usages: ReadonlyMap<number, GroupUsage>;
  readonly machine: GroupUsage;
}

/** Tells the API what the processes of each Pod use, as metrics.k8s.io, where the API takes that. */
export class UsageWriter {
  readonly #options: UsageWriterOptions;
  readonly #abort = new AbortController();
  readonly #written = new Map<string, ObjectName>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: UsageWriterOptions) {
    this.#options = options;
  }

  start(): void {
    // Other systems have no /proc to measure by.
    if (process.platform === 'linux') this.#writing = this.#run(this.#abort.signal).catch(() => undefined);
  }

  /** Ends the measuring; what was written last stays. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#writing;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, every } = this.#options;
    while (!(await this.#isTaken(signal))) await clock.sleep(LOOK_AGAIN_MILLISECONDS, signal);
    let before: Sample | undefined;
    while (!signal.aborted) {
      // What cannot be measured now (no file handle is free) can be soon.
      before = await this.#measure(before, signal).catch(() => undefined);
      await clock.sleep(every, signal);
    }
  }

  /** Writes what was used since the sample before. @throws Error when something cannot be measured */
  async #measure(before: Sample | undefined, signal: AbortSignal): Promise<Sample> {
    const running = this.#options.running();
    const leaders = new Set(running.flatMap((each) => [...each.leaders.values()]));
    const sample = { at: this.#options.clock.monotonic(), machine: machineUsage(), usages: await groupUsages(leaders) };
    if (before !== undefined) await this.#write(running, before, sample, signal);
    return sample;
  }

  async #isTaken(signal: AbortSignal): Promise<boolean> {
    try {
      const answer: unknown = JSON.parse(await this.#options.client.raw('/apis/metrics.k8s.io/v1beta1', undefined, { signal }));
      const resources = isRecord(answer) && Array.isArray(answer['resources']) ? answer['resources'].filter(isRecord) : [];
      return resources.some(({ name, verbs }) => name === 'pods' && Array.isArray(verbs) && verbs.includes('update'));
    } catch {
      return false;
    }
  }

  async #write(running: readonly RunningPod[], before: Sample, sample: Sample, signal: AbortSignal): Promise<void> {
    const { client, clock, name: node } = this.#options;
    const seen = new Set<string>();
    const writes = running.flatMap((each) => {
      seen.add(each.pod.metadata.uid ?? '');
      const metrics = metricsOf(each, before, sample, clock.now());
      return metrics === undefined ? [] : [client.replace(POD_METRICS, metrics, { signal }).then(() => this.#written.set(each.pod.metadata.uid ?? '', nameOf(each.pod)))];
    });
    const gone = [...this.#written].filter(([uid]) => !seen.has(uid));
    for (const [uid] of gone) this.#written.delete(uid);
    const taken = new Set(running.map(({ pod }) => keyOf(nameOf(pod))));
    const deletions = gone.filter(([, name]) => !taken.has(keyOf(name))).map(([, name]) => client.delete(POD_METRICS, name, { signal }));
    // What fails is measured again soon, and what is left over goes with its Pod.
    await Promise.allSettled([client.replace(NODE_METRICS, nodeMetrics(node, before, sample, clock.now()), { signal }), ...writes, ...deletions]);
  }
}

const nameOf = ({ metadata }: Pod): ObjectName => ({ name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) });
const keyOf = ({ namespace = '', name }: ObjectName): string => `${namespace}/${name}`;

/** Undefined as long as a container has not run through a whole measurement. */
function metricsOf({ pod, leaders }: RunningPod, before: Sample, sample: Sample, now: number): PodMetrics | undefined {
  const elapsed = sample.at - before.at;
  const containers = [...leaders].flatMap(([name, leader]) => {
    const [earlier, later] = [before.usages.get(leader), sample.usages.get(leader)];
    if (earlier === undefined || later === undefined) return [];
    return [{ name, usage: usageOf(earlier, later, elapsed) }];
  });
  if (containers.length === 0 || containers.length < pod.spec.containers.length) return undefined;
  const { labels } = pod.metadata;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'PodMetrics',
    metadata: { ...nameOf(pod), ...(labels && { labels }), ownerReferences: [ownerReference(pod)] },
    timestamp: timestamp(now),
    window: `${elapsed / 1000}s`,
    containers,
  };
}

function nodeMetrics(name: string, before: Sample, sample: Sample, now: number): NodeMetrics {
  const elapsed = sample.at - before.at;
  return {
    apiVersion: 'metrics.k8s.io/v1beta1',
    kind: 'NodeMetrics',
    metadata: { name },
    timestamp: timestamp(now),
    window: `${elapsed / 1000}s`,
    usage: usageOf(before.machine, sample.machine, elapsed),
  };
}

function usageOf(earlier: GroupUsage, later: GroupUsage, elapsed: number): { cpu: string; memory: string } {
  const nanocores = Math.round((Math.max(0, later.cpu - earlier.cpu) / elapsed) * 1e9);
  return { cpu: `${nanocores}n`, memory: `${Math.ceil(later.memory / 1024)}Ki` };
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterClient } from '../../../cluster/client.js';
import { createClient } from '../../../cluster/create-client.js';
import { createEventRecorder } from '../../../cluster/event-recorder.js';
import { createInformer } from '../../../cluster/create-informer.js';
import type { Container, Event, Pod, PodSpec } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import { systemClock } from '../../../ports/clock.js';
import { seededRandom } from '../../../ports/random.js';
import { openAddressMap } from '../../addresses/cluster-addresses.js';
import { reserveClusterIndex } from '../../addresses/cluster-reservation.js';
import { createApi } from '../../api/api.js';
import { memoryStore } from '../../api/memory-store.js';
import { ImageTable } from '../images/image-table.js';
import { NodeAgent } from '../node-agent.js';
import { PodAddressPool } from '../pods/pod-address-pool.js';
import { ContainerLogs } from '../processes/container-logs.js';
import { ProcessRecords } from '../processes/process-records.js';
import { machineCapacity } from '../registration/node-object.js';
import { NodeRegistration } from '../registration/node-registration.js';
import { detectMountMode, type MountChoice, type MountMode } from '../volumes/mount-mode.js';

/** The node that Pods are bound to unless told otherwise. */
export const NODE_NAME = 'node-0';
const PATIENCE_MILLISECONDS = 20_000;

/** A local API in this process, and nodes beside it that run real processes in a folder of their own. */
export class TestCluster {
  readonly client: ClusterClient;
  readonly directory: string;
  readonly podRange: string;
  readonly #close: () => Promise<void>;
  readonly #nodes = new Set<TestNode>();
  readonly #imagesFile: string;
  readonly #images: Record<string, unknown> = {};
  readonly #addresses: Awaited<ReturnType<typeof openAddressMap>>;

  private constructor(directory: string, client: ClusterClient, podRange: string, addresses: Awaited<ReturnType<typeof openAddressMap>>, close: () => Promise<void>) {
    this.client = client;
    this.directory = directory;
    this.podRange = podRange;
    this.#addresses = addresses;
    this.#imagesFile = join(directory, 'images.json');
    this.#close = close;
  }

  /** @param addresses which map, as recorded by `openAddressMap`; default: the one for this machine */
  static async start(addresses?: 'ports'): Promise<TestCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'serin-node-'));
    if (addresses !== undefined) await writeFile(join(directory, 'addresses'), addresses);
    const reservation = await reserveClusterIndex(directory);
    const store = memoryStore();
    const api = createApi({ store, clock: systemClock, random: seededRandom(1) });
    const client = createClient(api.transport(), { fieldManager: 'test' });
    const cluster = new TestCluster(directory, client, reservation.podRange, await openAddressMap(directory), async () => {
      await api.close();
      await store.close();
      await reservation.release();
      await rm(directory, { recursive: true, force: true });
    });
    await cluster.image('sh', { command: ['/bin/sh', '-c'] });
    await cluster.image('node', { command: ['node'] });
    return cluster;
  }

  /** Adds an entry to the image table. */
  async image(name: string, entry: unknown): Promise<void> {
    this.#images[name] = entry;
    await writeFile(this.#imagesFile, JSON.stringify(this.#images));
  }

  async node(name = NODE_NAME, mounts: MountChoice | MountMode = 'auto'): Promise<TestNode> {
    const { client } = this;
    const pods = createInformer(client, resources.pods, { fieldSelector: `spec.nodeName=${name}` });
    const services = createInformer(client, resources.services);
    const configMaps = createInformer(client, resources.configMaps);
    const secrets = createInformer(client, resources.secrets);
    const pool = new PodAddressPool(this.podRange);
    const stateDirectory = join(this.directory, name);
    const agent = new NodeAgent({
      name,
      pods,
      services,
      configMaps,
      secrets,
      measureEvery: 200,
      registration: new NodeRegistration(client, systemClock, { name, address: pool.node, podRange: this.podRange }),
      shared: {
        client,
        clock: systemClock,
        images: new ImageTable([this.#imagesFile]),
        records: new ProcessRecords(stateDirectory),
        logs: new ContainerLogs(join(this.directory, 'pod-logs')),
        logLimits: { maximumSize: 4096, checkEvery: 20 },
        events: createEventRecorder({ client, component: 'kubelet', instance: name, clock: systemClock }),
        addresses: this.#addresses,
        pool,
        servicesOf: (namespace) => services.list({ namespace }),
        allocatable: machineCapacity(),
        backOff: { base: 50, maximum: 400 },
        mounts: typeof mounts === 'string' ? await detectMountMode(mounts, stateDirectory) : mounts,
        stateDirectory,
      },
    });
    const node: TestNode = {
      agent,
      stop: async () => {
        this.#nodes.delete(node);
        await agent.stop(1);
        await Promise.all([pods, services, configMaps, secrets].map((informer) => informer.stop()));
      },
    };
    this.#nodes.add(node);
    await agent.start(AbortSignal.timeout(PATIENCE_MILLISECONDS));
    return node;
  }

  /** Creates a Pod that is bound already. Its one container is called `main` unless the spec names others. */
  run(name: string, container: Partial<Container>, spec: Partial<PodSpec> = {}, metadata: Partial<Pod['metadata']> = {}): Promise<Pod> {
    return this.client.create<Pod>(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', ...metadata },
      spec: { nodeName: NODE_NAME, terminationGracePeriodSeconds: 5, containers: [{ name: 'main', image: 'sh', ...container }], ...spec },
    });
  }

  pod(name: string): Promise<Pod> {
    return this.client.get(resources.pods, { name, namespace: 'default' });
  }

  /** Waits until the Pod is as asked. @throws Error with the last status */
  async until(name: string, condition: (pod: Pod) => boolean): Promise<Pod> {
    let last: Pod | undefined;
    await until(async () => {
      last = await this.pod(name);
      return condition(last);
    }, () => JSON.stringify(last?.status, undefined, 1));
    return last ?? this.pod(name);
  }

  async untilDeleted(name: string): Promise<void> {
    await until(async () => (await this.client.find(resources.pods, { name, namespace: 'default' })) === undefined, () => `Pod ${name} is still there`);
  }

  async events(name: string): Promise<Event[]> {
    const { items } = await this.client.list<Event>(resources.events, { namespace: 'default' });
    return items.filter(({ involvedObject }) => involvedObject.name === name);
  }

  file(name: string): string {
    return join(this.directory, name);
  }

  /** Waits until something stands in a file: a shell makes it first. A ready Pod may not have come so far. */
  async untilFile(name: string): Promise<string> {
    let text = '';
    await until(async () => (text = await readFile(this.file(name), 'utf8').catch(() => '')) !== '', () => `${name} was not written`);
    return text;
  }

  /** Waits until a file ends with that. */
  async untilEndOfFile(name: string, end: string): Promise<string> {
    let text = '';
    await until(async () => (text = await readFile(this.file(name), 'utf8').catch(() => '')).endsWith(end), () => `${name} holds ${text}`);
    return text;
  }

  async close(): Promise<void> {
    for (const node of this.#nodes) await node.stop();
    await this.#close();
  }
}

/** One node of a test. */
export interface TestNode {
  readonly agent: NodeAgent;
  stop(): Promise<void>;
}

/** @throws Error saying `problem()` when it takes too long */
export async function until(condition: () => Promise<boolean>, problem: () => string): Promise<void> {
  const deadline = systemClock.monotonic() + PATIENCE_MILLISECONDS;
  while (!(await condition())) {
    if (systemClock.monotonic() > deadline) throw new Error(`waited in vain: ${problem()}`);
    await systemClock.sleep(20);
  }
}

/** Whether the Pod is ready. */
export const ready = ({ status }: Pod): boolean => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
/** Whether its first container runs. */
export const running = ({ status }: Pod): boolean => status?.containerStatuses?.[0]?.state?.running !== undefined;
/** Whether its first container waits for that reason. */
export const waitingFor = (reason: string) => ({ status }: Pod): boolean => status?.containerStatuses?.[0]?.state?.waiting?.reason === reason;

import { readFileSync } from 'node:fs';
import { createClient } from '../../src/cluster/create-client.js';
import { createInformer } from '../../src/cluster/create-informer.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { RunningInformer } from '../../src/cluster/informer.js';
import type { Caches } from '../../src/controller/caches.js';
import type { EvidenceSource } from '../../src/controller/context.js';
import { installedObjects } from '../../src/controller/installation.js';
import { startController, type RunningController } from '../../src/controller/start-controller.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { Pod } from '../../src/kubernetes/generated/core-v1.js';
import { resources } from '../../src/kubernetes/resources.js';
import { createApi, type Api } from '../../src/local/api/api.js';
import { memoryStore } from '../../src/local/api/memory-store.js';
import { startWorkloads, type RunningWorkloads } from '../../src/local/workloads/run-workloads.js';
import { markPodsReady } from '../../src/local/workloads/testing/ready-pods.js';
import type { Counts, Evidence } from '../../src/model/evidence.js';
import { serinResources } from '../../src/model/resources.js';
import { HASH_LABEL } from '../../src/model/version.js';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { seededRandom } from '../../src/ports/random.js';
import { VirtualClock } from '../../src/ports/virtual-clock.js';

export interface DriverOptions {
  readonly seed?: number;
  readonly faults?: FaultPort;
}

/** How many requests users send to each version in a second of virtual time, and which part of them fails. */
export interface Traffic {
  requestsPerSecond: number;
  failing: { stable: number; canary: number };
}

/**
 * Everything in one process and in virtual time: the local API over a memory store, the workload controllers, Pods that get
 * ready by themselves (unless their image contains `bad`), and the whole Serin controller.
 */
export class Driver {
  readonly clock = new VirtualClock();
  readonly client: ClusterClient;
  readonly traffic: Traffic = { requestsPerSecond: 50, failing: { stable: 0, canary: 0 } };
  readonly errors: string[] = [];
  readonly #seed: number;
  readonly #store = memoryStore();
  readonly #api: Api;
  readonly #stopping = new AbortController();
  #faults: FaultPort | undefined;
  #workloads: RunningWorkloads | undefined;
  #pods: RunningInformer<Pod> | undefined;
  #controller: RunningController | undefined;
  #epoch = 0;

  constructor({ seed = 1, faults }: DriverOptions = {}) {
    this.#seed = seed;
    this.#faults = faults;
    this.#api = createApi({ store: this.#store, clock: this.clock, random: seededRandom(seed) });
    this.client = this.#client('test');
  }

  /** Starts the cluster with Istio's kinds and Serin's own, and the controller. */
  async start(): Promise<void> {
    const random = seededRandom(this.#seed + 1);
    await this.run(async () => {
      for (const definition of istioDefinitions()) await this.client.create(resources.customResourceDefinitions, definition);
      for (const { resource, object } of installedObjects()) await this.client.create(resource, object);
    });
    this.#workloads = startWorkloads({ client: this.#client('workloads'), clock: this.clock, random });
    this.#pods = createInformer(this.#client('node'), resources.pods, { clock: this.clock, random, idleMilliseconds: Number.POSITIVE_INFINITY });
    markPodsReady({ client: this.#client('node'), clock: this.clock, pods: this.#pods, delay: 300 });
    await this.run(() => this.#workloads?.ready ?? Promise.resolve());
    await this.startController();
  }

  /** Starts a controller of a new epoch; the one before is as good as dead. */
  async startController(faults = this.#faults): Promise<void> {
    this.#faults = faults;
    const epoch = ++this.#epoch;
    const controller = startController({
      client: this.#client('serin'),
      clock: this.clock,
      random: seededRandom(this.#seed + 2 + epoch),
      leadership: { mayWrite: () => epoch === this.#epoch, epoch: () => epoch },
      events: { record: () => undefined },
      evidence: (caches) => this.#evidence(caches),
      onError: (error, about) => this.errors.push(`${about}: ${error.message}`),
      ...(faults === undefined ? {} : { faults }),
    });
    this.#controller = controller;
    await this.run(() => controller.untilReady());
    controller.lookAtEverything();
  }

  /** Ends the controller as a kill would: nothing it was about to do is done. */
  async killController(): Promise<void> {
    this.#epoch++;
    const controller = this.#controller;
    this.#controller = undefined;
    if (controller) await this.run(() => controller.stop());
  }

  /** Awaits work while virtual time goes on. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let ended = false;
    const result = work().finally(() => (ended = true));
    result.catch(() => undefined);
    while (!ended) await this.clock.advance(100);
    return result;
  }

  /** Lets time go on until the condition holds. @throws Error when it does not within `seconds` of virtual time */
  async until(what: string, condition: () => Promise<boolean>, seconds = 300): Promise<void> {
    for (const end = this.clock.now() + seconds * 1000; this.clock.now() < end; await this.clock.advance(100)) {
      if (await this.run(condition)) return;
    }
    throw new Error(`not within ${seconds} s: ${what}\n${this.errors.slice(-10).join('\n')}`);
  }

  async stop(): Promise<void> {
    await this.killController();
    this.#stopping.abort();
    await this.run(async () => {
      await this.#workloads?.stop();
      await this.#pods?.stop();
      await this.#api.close();
    });
  }

  #client(fieldManager: string): ClusterClient {
    return createClient(this.#api.transport(), { fieldManager, clock: this.clock, random: seededRandom(this.#seed) });
  }

  /** Users whose requests go where the routing objects say; what a scrape of all Pods would count. */
  #evidence(caches: Caches): EvidenceSource {
    interface Tracked {
      readonly canary: string;
      readonly namespace: string;
      since: number;
      evidence: Evidence;
      owed: number;
    }
    const tracked = new Map<string, Tracked>();
    const id = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;
    const serve = (state: Tracked): Evidence => {
      const requests = Math.floor(((this.clock.now() - state.since) / 1000) * this.traffic.requestsPerSecond);
      if (requests === 0) return state.evidence;
      state.since = this.clock.now();
      state.owed += requests * canaryPart(caches, state.namespace, state.canary);
      const canary = Math.floor(state.owed);
      state.owed -= canary;
      const add = (counts: Counts, more: number, rate: number): Counts => ({ requests: counts.requests + more, failures: counts.failures + Math.round(more * rate) });
      const { stable: before, canary: seen } = state.evidence;
      state.evidence = { stable: add(before, requests - canary, this.traffic.failing.stable), canary: add(seen, canary, this.traffic.failing.canary) };
      return state.evidence;
    };
    return {
      track: (release, { canary }, evidence) => {
        if (!tracked.has(id(release))) tracked.set(id(release), { canary, namespace: release.namespace, since: this.clock.now(), evidence, owed: 0 });
      },
      counts: (release) => {
        const state = tracked.get(id(release));
        return state && serve(state);
      },
      forget: (release) => void tracked.delete(id(release)),
    };
  }
}

/** The part of all requests, 0 to 1, that reaches Pods with this hash as the VirtualServices and subsets stand. */
function canaryPart(caches: Caches, namespace: string, hash: string): number {
  const subsets = caches.routing(resources.destinationRules)?.list({ namespace }).flatMap(({ spec }) => spec.subsets ?? []) ?? [];
  const subset = subsets.find(({ labels }) => labels?.[HASH_LABEL] === hash)?.name;
  const routes = caches.routing(resources.virtualServices)?.list({ namespace }).flatMap(({ spec }) => spec.http ?? []).flatMap(({ route }) => route ?? []) ?? [];
  const total = routes.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const canary = routes.filter(({ destination }) => destination?.subset === subset && subset !== undefined).reduce((sum, { weight }) => sum + (weight ?? (routes.length === 1 ? 1 : 0)), 0);
  return total === 0 ? canary : canary / total;
}

function istioDefinitions(): CustomResourceDefinition[] {
  return JSON.parse(readFileSync(new URL('../../src/kubernetes/generated/istio-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];
}

export { resources, serinResources };

import { readFileSync } from 'node:fs';
import type { Registry } from 'prom-client';
import { createClient } from '../../src/cluster/create-client.js';
import { createInformer } from '../../src/cluster/create-informer.js';
import type { ClusterClient } from '../../src/cluster/client.js';
import type { StartLoop } from '../../src/cluster/loop.js';
import type { EventNote } from '../../src/cluster/event-recorder.js';
import type { RunningInformer } from '../../src/cluster/informer.js';
import { install } from '../../src/controller/installation.js';
import type { GateCall } from '../../src/controller/gates.js';
import type { ControllerObserver } from '../../src/controller/observer.js';
import type { ReleaseLimits } from '../../src/controller/release-places.js';
import { CONTROLLER_USER, controllerAccess, controllerRulesWith } from '../../src/controller/controller-rules.js';
import { startController, type RunningController } from '../../src/controller/start-controller.js';
import type { FrontendName } from '../../src/frontends/names.js';
import type { CustomResourceDefinition } from '../../src/kubernetes/generated/apiextensions-v1.js';
import type { Pod } from '../../src/kubernetes/generated/core-v1.js';
import type { KubernetesObject, Resource } from '../../src/kubernetes/objects.js';
import { resources } from '../../src/kubernetes/resources.js';
import type { User, Users } from '../../src/local/api/request/users.js';
import type { StoreEvent } from '../../src/local/api/store.js';
import { startWorkloads, type RunningWorkloads } from '../../src/local/workloads/run-workloads.js';
import type { Message } from '../../src/model/messages.js';
import { serinResources } from '../../src/model/resources.js';
import type { FaultPort } from '../../src/ports/fault-port.js';
import { seededRandom } from '../../src/ports/random.js';
import type { Transport } from '../../src/ports/transport.js';
import { VirtualClock } from '../../src/ports/virtual-clock.js';
import { startNode } from './node.js';
import { sampledTraffic, type SampleOf, type Traffic } from './sampled-traffic.js';
import type { Stage } from './stage.js';
import { RestartableApi } from './restartable-api.js';
import { readObjects, type SavedGame } from './saved-game.js';

export interface DriverOptions {
  readonly seed?: number;
  readonly faults?: FaultPort;
  /** Goes on from here instead of starting an empty cluster. */
  readonly game?: SavedGame;
  /** Asked at every commit boundary of the API server: whether it dies there. */
  readonly apiDiesAt?: (boundary: string) => boolean;
  /** What the controller's requests go through. */
  readonly controllerTransport?: (transport: Transport) => Transport;
  /** Which languages beside Serin's own are read. */
  readonly frontends?: readonly FrontendName[];
  /** How many releases may be under way at once. */
  readonly limits?: ReleaseLimits;
  /** Work beside that on policies and releases. */
  readonly loops?: readonly StartLoop[];
  /** Told what the controllers do. */
  readonly observer?: ControllerObserver;
  /** Where the first controller puts the metrics of front ends. */
  readonly registry?: Registry;
  /** Whether Pods wait for a scheduler; without, there are no nodes and Pods just run. */
  readonly scheduler?: boolean;
  /** People by their tokens. */
  readonly users?: Users;
  /** Milliseconds between two looks at an autoscaler's metrics; as on a cluster when absent. */
  readonly autoscalerPeriod?: number;
}

/** A controller that was started, and what it believes. */
export interface Member {
  readonly controller: RunningController;
  readonly epoch: number;
  leads: boolean;
}

/** How often work is looked at before virtual time goes on, and the step it goes on by, in milliseconds. */
const TURNS = 25;
const TICK = 100;
/** How long one piece of work may take, in milliseconds of virtual time. */
const LONGEST_WORK = 1_800_000;

/**
 * Everything in one process and in virtual time: the local API over a memory store, the workload controllers, Pods that get
 * ready by themselves (see `startNode`), and the whole Serin controller.
 */
export class Driver implements Stage {
  /** Of the program that tests play with. */
  readonly namespace = 'default';
  readonly clock: VirtualClock;
  readonly client: ClusterClient;
  readonly traffic: Traffic = { requestsPerSecond: 50, failing: { stable: 0, canary: 0 }, slow: { stable: 0, canary: 0 } };
  /** What metrics say in place of the traffic, by name. */
  readonly samples = new Map<string, SampleOf>();
  readonly errors: string[] = [];
  readonly events: Message[] = [];
  /** Events in the words of other tools. */
  readonly notes: EventNote[] = [];
  /** Answers webhooks. */
  gate: GateCall = () => Promise.resolve({ status: 200, text: 'ok' });
  /** How often a controller asked whether it leads: once a pass and once a write. */
  leadershipChecks = 0;
  readonly #options: DriverOptions;
  readonly #seed: number;
  readonly #api: RestartableApi;
  readonly #watchers: (() => void)[] = [];
  #faults: FaultPort | undefined;
  #workloads: RunningWorkloads | undefined;
  #pods: RunningInformer<Pod> | undefined;
  #stopNode: (() => void) | undefined;
  #members: Member[] = [];
  #epoch = 0;

  constructor(options: DriverOptions = {}) {
    this.#options = options;
    this.#seed = options.seed ?? 1;
    this.#faults = options.faults;
    this.clock = new VirtualClock(options.game?.time);
    this.#api = new RestartableApi({ clock: this.clock, seed: this.#seed, game: options.game, users: options.users, ...(options.apiDiesAt === undefined ? {} : { diesAt: options.apiDiesAt }) });
    this.client = this.#client('test');
  }

  /** An API server with all kinds and rights, and nothing else: made once, because most tests begin there. */
  static readonly #installed = new Map<string, Promise<SavedGame>>();

  async #install(): Promise<SavedGame> {
    await this.run(async () => {
      for (const definition of istioDefinitions()) await this.client.create(resources.customResourceDefinitions, definition);
      const frontends = this.#options.frontends ?? [];
      await install(this.client, this.clock, new AbortController().signal, frontends);
      for (const object of controllerAccess({ kind: 'User', name: CONTROLLER_USER, apiGroup: 'rbac.authorization.k8s.io' }, controllerRulesWith(frontends))) {
        await this.client.create(object.kind === 'ClusterRole' ? clusterRoles : clusterRoleBindings, object);
      }
    });
    const game = this.save();
    await this.stop();
    return game;
  }

  /** Starts the cluster with Istio's kinds and Serin's own, and the controller. */
  async start(): Promise<void> {
    await this.startCluster();
    await this.startController();
  }

  /** As `start`, without a controller. */
  async startCluster(): Promise<void> {
    const random = seededRandom(this.#seed + 1);
    if (!this.#options.game) {
      const { frontends = [] } = this.#options;
      const key = frontends.join();
      const installed = Driver.#installed.get(key) ?? new Driver({ frontends }).#install();
      Driver.#installed.set(key, installed);
      const game = await installed;
      this.#api.load(game);
      await this.clock.advance(game.time - this.clock.now());
    }
    const { scheduler: scheduled = false, autoscalerPeriod } = this.#options;
    this.#workloads = startWorkloads({
      client: this.#client('workloads'),
      clock: this.clock,
      random,
      without: ['node-lifecycle', ...(scheduled ? [] : ['scheduler' as const])],
      ...(autoscalerPeriod === undefined ? {} : { autoscalerPeriod }),
    });
    this.#pods = createInformer(this.#client('node'), resources.pods, { clock: this.clock, random, idleMilliseconds: Number.POSITIVE_INFINITY });
    this.#stopNode = startNode({ client: this.#client('node'), clock: this.clock, pods: this.#pods, delay: 300, scheduled });
    await this.run(() => this.#workloads?.ready ?? Promise.resolve());
  }

  /** Starts a controller of a new epoch; those before are as good as dead, unless they are left believing that they lead.
   * @param options.sameEpoch leads without an epoch of its own, as no controller should
   */
  async startController(faults = this.#faults, { besideOthers = false, sameEpoch = false } = {}): Promise<Member> {
    this.#faults = faults;
    if (!besideOthers) for (const other of this.#members) other.leads = false;
    // A new leader's epoch is above every epoch on record.
    const recorded = this.objects(serinResources.releases).map(({ status }) => status?.epoch ?? 0);
    const epoch = (this.#epoch = Math.max(this.#epoch, ...recorded) + (sameEpoch ? 0 : 1));
    // With no more rights than on a cluster, so that a missing one shows.
    const inner = this.#api.transport({ username: CONTROLLER_USER, groups: ['system:authenticated'] });
    const transport = this.#options.controllerTransport?.(inner) ?? inner;
    let member: Member | undefined = undefined;
    const controller = startController({
      client: createClient(transport, { fieldManager: 'serin', clock: this.clock, random: seededRandom(this.#seed) }),
      clock: this.clock,
      random: seededRandom(this.#seed + 2 + epoch),
      leadership: { mayWrite: () => (this.leadershipChecks++, member?.leads ?? false), epoch: () => epoch },
      events: { record: (_, what) => void this.events.push(what), note: (_, what) => void this.notes.push(what) },
      sources: (caches) => sampledTraffic(this.traffic, this.samples, this.clock, caches),
      ...(this.#options.frontends === undefined ? {} : { frontends: this.#options.frontends }),
      ...(this.#options.limits === undefined ? {} : { limits: this.#options.limits }),
      callGate: (question, signal) => this.gate(question, signal),
      onError: (error, about) => this.errors.push(`${about}: ${error.message}`),
      ...(faults === undefined ? {} : { faults }),
      ...(this.#options.loops === undefined ? {} : { loops: this.#options.loops }),
      ...(this.#options.observer === undefined ? {} : { observer: this.#options.observer }),
      ...(this.#options.registry === undefined || epoch > 1 ? {} : { registry: this.#options.registry }),
    });
    const started: Member = (member = { controller, epoch, leads: true });
    this.#members.push(started);
    await this.run(() => controller.untilReady());
    controller.lookAtEverything();
    return started;
  }

  /** Ends the controllers as a kill would: nothing they were about to do is done. */
  async killController(members: readonly Member[] = this.#members): Promise<void> {
    const killed = [...members];
    this.#members = this.#members.filter((member) => !killed.includes(member));
    for (const member of killed) member.leads = false;
    await this.run(() => Promise.all(killed.map(({ controller }) => controller.stop())));
  }

  /** Ends the controllers as a process is asked to: they lead until they have stopped. */
  async stopController(): Promise<void> {
    const stopped = this.#members.splice(0);
    await this.run(() => Promise.all(stopped.map(({ controller }) => controller.stop())));
    for (const member of stopped) member.leads = false;
  }

  /** Whether the API server died and nobody started it again. */
  get apiIsDead(): boolean {
    return this.#api.isDead;
  }

  restartApi(): void {
    this.#api.restart();
  }

  /** All objects of a kind as the API server holds them. */
  objects<T extends KubernetesObject>(resource: Resource<T>, namespace = ''): T[] {
    return readObjects<T>(this.#api.store, resource, namespace);
  }

  object<T extends KubernetesObject>(resource: Resource<T>, { namespace, name }: { namespace: string; name: string }): T | undefined {
    return this.objects(resource, namespace).find(({ metadata }) => metadata.name === name);
  }

  /** A PUT to a path that is no object's, such as that of a metric. @throws Error for an answer that is not 2xx */
  async put(path: string, body: unknown): Promise<void> {
    const answer = await this.#api.transport().request({ method: 'PUT', path, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    if (answer.status >= 300) throw new Error(`PUT ${path}: ${answer.status} ${answer.body}`);
  }

  /** The way to the API server. @param user who asks; the administrator when absent */
  transport(user?: User): Transport {
    return this.#api.transport(user);
  }

  /** The version of the newest write. */
  get version(): number {
    return this.#api.store.version;
  }

  /** The cluster as it is now, without the controller's own memory. */
  save(): SavedGame {
    return this.#api.save();
  }

  /** Calls `each` for every write as it is committed. */
  onCommit(each: (event: StoreEvent) => void): void {
    this.#api.onCommit(each);
  }

  /** Calls `each` for every write, when all can see it. */
  onChange(each: (event: StoreEvent) => void): void {
    this.#api.onChange(each);
  }

  /** Calls `look` whenever virtual time has gone on. */
  onTick(look: () => void): void {
    this.#watchers.push(look);
  }

  /** Lets virtual time go on by one step. */
  async tick(): Promise<void> {
    await this.clock.advance(TICK);
    for (const look of this.#watchers) look();
  }

  /** Lets virtual time go on. @param seconds of virtual time */
  async pass(seconds: number): Promise<void> {
    for (const end = this.clock.now() + seconds * 1000; this.clock.now() < end; ) await this.tick();
  }

  /** Awaits work; virtual time goes on only when it waits for that. @throws Error for work that does not end */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const end = this.clock.now() + LONGEST_WORK;
    let ended = false;
    const result = work().finally(() => (ended = true));
    result.catch(() => undefined);
    for (let turn = 0; !ended; turn++) {
      if (turn < TURNS) await this.clock.advance(0);
      else await this.tick();
      if (this.clock.now() > end) throw new Error(`work does not end: ${work.toString().slice(0, 200)}\n${this.errors.slice(-10).join('\n')}`);
    }
    return result;
  }

  /** Lets time go on until the condition holds. @throws Error when it does not within `seconds` of virtual time */
  async until(what: string, condition: () => Promise<boolean> | boolean, seconds = 300): Promise<void> {
    for (const end = this.clock.now() + seconds * 1000; this.clock.now() < end; await this.tick()) {
      if (await this.run(async () => condition())) return;
    }
    throw new Error(`not within ${seconds} s: ${what}\n${this.errors.slice(-10).join('\n')}`);
  }

  async stop(): Promise<void> {
    await this.killController();
    this.#stopNode?.();
    await this.run(async () => {
      await this.#workloads?.stop();
      await this.#pods?.stop();
      await this.#api.close();
    });
  }

  /** The cluster as somebody sees it. */
  clientOf(user: User): ClusterClient {
    return this.#client('test', user);
  }

  #client(fieldManager: string, user?: User): ClusterClient {
    return createClient(this.#api.transport(user), { fieldManager, clock: this.clock, random: seededRandom(this.#seed) });
  }
}

const access = (kind: string, plural: string): Resource<KubernetesObject> => ({ group: 'rbac.authorization.k8s.io', version: 'v1', kind, plural, namespaced: false });
const clusterRoles = access('ClusterRole', 'clusterroles');
const clusterRoleBindings = access('ClusterRoleBinding', 'clusterrolebindings');

/** Istio's kinds, as its own chart brings them. */
export function istioDefinitions(): CustomResourceDefinition[] {
  return JSON.parse(readFileSync(new URL('../../src/kubernetes/generated/istio-crds.json', import.meta.url), 'utf8')) as CustomResourceDefinition[];
}

export { resources, serinResources };

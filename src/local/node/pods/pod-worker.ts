import { join } from 'node:path';
import { isNotFound, isConflict } from '../../../cluster/api-error.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Pod, PodCondition, PodStatus, ServiceAccount } from '../../../kubernetes/generated/core-v1.js';
import { deepEqual } from '../../../kubernetes/json.js';
import { resources } from '../../../kubernetes/resources.js';
import type { NodeServices, PodScope } from '../node-services.js';
import { ContainerRunner } from './container-runner.js';
import { podConditions } from './pod-conditions.js';
import { makePodFolders, podFolders, removePodFolders } from './pod-folders.js';
import { podPhase } from './pod-phase.js';
import { PodStatusWriter } from './pod-status-writer.js';
import type { RunningPod } from '../usage/usage-writer.js';
import { withImplicitToken } from '../volumes/implicit-token.js';
import { PodVolumes } from '../volumes/pod-volumes.js';
import { unsupportedFields } from './unsupported-fields.js';

const DEFAULT_GRACE_SECONDS = 30;
const DELETE_RETRY_MILLISECONDS = 500;
/** How long a node that ends waits for the API to take the last status. */
const LAST_WRITE_MILLISECONDS = 2_000;

/** Why a Pod's processes are ended. */
type Ending =
  /** The API wants it gone and keeps the object until we say that it is. */
  | 'deleted'
  /** The object is gone already. */
  | 'gone'
  /** The node ends; the Pod stays, and runs again when the node does. */
  | 'shutdown';

/** One Pod on this node, from its binding to its end. */
export class PodWorker {
  readonly #services: NodeServices;
  readonly #writer: PodStatusWriter;
  readonly #abort = new AbortController();
  readonly #initial: readonly ContainerRunner[];
  readonly #containers: readonly ContainerRunner[];
  readonly #volumes: PodVolumes;
  readonly #startTime: string;
  readonly #done: Promise<void>;
  readonly #resolveDone: () => void;
  #pod: Pod;
  #podIP: string;
  #account: ServiceAccount | undefined;
  #conditions: PodCondition[] | undefined;
  #prepared = false;
  #main: Promise<void> = Promise.resolve();
  #ending: Ending | undefined;

  constructor(pod: Pod, services: NodeServices) {
    this.#pod = pod;
    this.#services = services;
    this.#podIP = pod.status?.podIP ?? '';
    this.#startTime = pod.status?.startTime ?? timestamp(services.clock.now());
    this.#writer = new PodStatusWriter(services.client, services.clock, pod, (answer) => this.update(answer));
    let resolveDone = (): void => undefined;
    this.#done = new Promise((resolve) => (resolveDone = resolve));
    this.#resolveDone = resolveDone;
    this.#volumes = new PodVolumes({
      services,
      pod: () => this.#effective(),
      podIP: () => this.#podIP,
      folder: podFolders(services.stateDirectory, pod).volumes,
      onFailure: (message) => this.#event('Warning', 'FailedMount', message),
    });
    const scope = this.#scope();
    const { initContainerStatuses: initial = [], containerStatuses: containers = [] } = pod.status ?? {};
    const find = (statuses: typeof containers, name: string) => statuses.find((status) => status.name === name);
    this.#initial = (pod.spec.initContainers ?? []).map(({ name }) => new ContainerRunner(name, true, scope, services, find(initial, name)));
    this.#containers = pod.spec.containers.map(({ name }) => new ContainerRunner(name, false, scope, services, find(containers, name)));
  }

  /** Resolves when nothing of the Pod is left here. */
  get done(): Promise<void> {
    return this.#done;
  }

  start(): void {
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#end('deleted');
    const { phase } = this.#pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return;
    this.#main = this.#run().catch((error: unknown) => {
      this.#event('Warning', 'FailedSync', error instanceof Error ? error.message : String(error));
    });
  }

  /** Takes in a newer state of the API object. */
  update(pod: Pod): void {
    if (isOlder(pod, this.#pod)) return;
    const before = this.#pod;
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#end('deleted');
    for (const runner of this.#containers) {
      if (imageOf(pod, runner.name) !== imageOf(before, runner.name)) runner.imageChanged();
    }
    if (!deepEqual(before.metadata.labels, pod.metadata.labels) || !deepEqual(before.metadata.annotations, pod.metadata.annotations)) this.#volumes.refresh();
    // Conditions of readiness gates are written by others.
    if (this.#conditions !== undefined) this.#publish();
  }

  /** A ConfigMap or Secret of the Pod's namespace is another now. */
  configurationChanged(kind: 'ConfigMap' | 'Secret', name: string): void {
    if (this.#volumes.uses(kind, name)) this.#volumes.refresh();
  }

  /** The Pod with the process groups of its containers that run now. */
  get running(): RunningPod {
    const leaders = this.#containers.flatMap(({ name, leader }): [string, number][] => (leader === undefined ? [] : [[name, leader]]));
    return { pod: this.#pod, leaders: new Map(leaders) };
  }

  get namespace(): string {
    return this.#pod.metadata.namespace ?? '';
  }

  /** The API object is gone without waiting for us. */
  gone(): void {
    this.#end('gone');
  }

  /** Ends the processes because the node ends. @param graceSeconds at most */
  async stop(graceSeconds: number): Promise<void> {
    this.#end('shutdown', graceSeconds);
    await this.#done;
  }

  #scope(): PodScope {
    const worker = {
      pod: (): Pod => this.#effective(),
      volumes: (): Readonly<Record<string, string>> => this.#volumes.folders,
      podIP: (): string => this.#podIP,
      changed: (): void => this.#publish(),
    };
    const folders = podFolders(this.#services.stateDirectory, this.#pod);
    return {
      get pod() {
        return worker.pod();
      },
      get podIP() {
        return worker.podIP();
      },
      home: folders.home,
      get volumes() {
        return worker.volumes();
      },
      containerFolder: (container) => join(folders.containers, container),
      changed: worker.changed,
    };
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    if (this.#isRefused()) return this.#publish();
    this.#podIP = this.#services.pool.take(this.#pod.metadata.uid ?? '', this.#pod.status?.podIP);
    await makePodFolders(podFolders(this.#services.stateDirectory, this.#pod));
    this.#account = await this.#serviceAccount(signal);
    this.#publish();
    await this.#volumes.fill(signal);
    if (signal.aborted) return;
    this.#prepared = true;
    this.#publish();
    for (const runner of this.#initial) {
      if (this.#containers.some(({ status }) => status.lastState?.terminated !== undefined || status.state?.terminated !== undefined)) break;
      await runner.run(signal);
      if (signal.aborted || runner.status.state?.terminated?.exitCode !== 0) return this.#publish();
    }
    await Promise.all(this.#containers.map((runner) => runner.run(signal)));
    this.#publish();
  }

  /** The Pod with what the node adds to it. */
  #effective(): Pod {
    return this.#services.mounts.kind === 'namespace' ? withImplicitToken(this.#pod, this.#account) : this.#pod;
  }

  async #serviceAccount(signal: AbortSignal): Promise<ServiceAccount | undefined> {
    const { serviceAccountName = 'default' } = this.#pod.spec;
    if (serviceAccountName === 'default' || this.#services.mounts.kind === 'folder') return undefined;
    const name = { name: serviceAccountName, namespace: this.namespace };
    return this.#services.client.find(resources.serviceAccounts, name, { signal }).catch(() => undefined);
  }

  /** Names what cannot be honoured, and what is not enforced. */
  #isRefused(): boolean {
    const { refused, notEnforced } = unsupportedFields(this.#pod, this.#services.mounts.kind);
    if (notEnforced.length > 0) {
      this.#event('Warning', 'NotEnforced', `containers are local processes here; not enforced: ${notEnforced.join(', ')}`);
    }
    if (refused.length === 0) return false;
    const message = `this node runs containers as local processes and does not support ${refused.join(', ')}: remove ${refused.length === 1 ? 'it' : 'them'} from the Pod`;
    this.#event('Warning', 'UnsupportedField', message);
    for (const runner of [...this.#initial, ...this.#containers]) runner.refuse(message);
    return true;
  }

  #publish(): void {
    if (this.#ending === 'shutdown' || this.#ending === 'gone') return;
    this.#writer.write(this.#status());
  }

  #status(): PodStatus {
    const pod = { ...this.#pod, status: { ...this.#pod.status, conditions: [...(this.#conditions ?? []), ...(this.#pod.status?.conditions ?? [])] } };
    const initial = this.#initial.map(({ status }) => status);
    const containers = this.#containers.map(({ status }) => status);
    const over = this.#ending !== undefined && this.#ending !== 'shutdown' && [...this.#initial, ...this.#containers].every(({ status }) => status.state?.running === undefined);
    const phase = podPhase(pod, initial, containers, over);
    this.#conditions = podConditions({ pod, phase, initial, containers, prepared: this.#prepared, nodeEnds: this.#ending === 'shutdown', now: timestamp(this.#services.clock.now()) });
    const { node } = this.#services.pool;
    const { generation } = pod.metadata;
    return {
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      phase,
      conditions: this.#conditions,
      hostIP: node,
      hostIPs: [{ ip: node }],
      ...(this.#podIP === '' ? {} : { podIP: this.#podIP, podIPs: [{ ip: this.#podIP }] }),
      startTime: this.#startTime,
      ...(initial.length === 0 ? {} : { initContainerStatuses: initial }),
      containerStatuses: containers,
    };
  }

  #end(ending: Ending, graceSeconds = this.#graceSeconds(ending)): void {
    const running = this.#ending !== undefined;
    if (!running || ending !== 'deleted') this.#ending = ending;
    this.#abort.abort();
    if (running) {
      // Already ending: at most the time is shorter now.
      for (const runner of [...this.#initial, ...this.#containers]) void runner.stop(graceSeconds);
      return;
    }
    // Not ready from this moment on, before any process is told to end. What becomes of the processes of a node that ends
    // is not told: the Pods go on with its next start.
    if (ending !== 'gone' && this.#prepared) this.#writer.write(this.#status());
    void this.#finish(graceSeconds);
  }

  #graceSeconds(ending: Ending): number {
    const { deletionGracePeriodSeconds } = this.#pod.metadata;
    if (ending === 'gone') return Math.max(1, deletionGracePeriodSeconds ?? 1);
    return deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  }

  async #finish(graceSeconds: number): Promise<void> {
    const runners = [...this.#initial, ...this.#containers];
    await Promise.all(runners.map((runner) => runner.stop(graceSeconds)));
    await this.#main;
    await this.#volumes.settled();
    if (this.#ending === 'deleted') {
      this.#publish();
      await this.#writer.settled();
      await this.#confirmDeletion();
    }
    if (this.#ending === 'shutdown') await this.#lastWrite();
    await this.#writer.stop();
    if (this.#ending !== 'shutdown') await this.#cleanUp();
    this.#resolveDone();
  }

  /** What cannot be removed is named and stays: a Pod that is over must not end the node. */
  async #cleanUp(): Promise<void> {
    const { stateDirectory, logs, pool } = this.#services;
    const removals = await Promise.allSettled([removePodFolders(stateDirectory, this.#pod), logs.forgetPod(this.#pod)]);
    for (const removal of removals) {
      if (removal.status === 'rejected') this.#event('Warning', 'FailedCleanUp', `files of the Pod are left on the node, remove them by hand: ${String(removal.reason)}`);
    }
    pool.release(this.#pod.metadata.uid ?? '');
  }

  async #lastWrite(): Promise<void> {
    const written = new AbortController();
    const patience = this.#services.clock.sleep(LAST_WRITE_MILLISECONDS, written.signal).catch(() => undefined);
    await Promise.race([this.#writer.settled(), patience]);
    written.abort();
  }

  /** Tells the API that nothing runs any more, which removes the object (or leaves it to its finalizers). */
  async #confirmDeletion(): Promise<void> {
    const { name, namespace = '', uid = '' } = this.#pod.metadata;
    while (this.#ending === 'deleted') {
      try {
        await this.#services.client.delete(resources.pods, { name, namespace }, { gracePeriodSeconds: 0, preconditions: { uid } });
        return;
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        await this.#services.clock.sleep(DELETE_RETRY_MILLISECONDS);
      }
    }
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#services.events.record(this.#pod, { type, reason, message });
  }
}

const imageOf = ({ spec }: Pod, container: string): string | undefined => spec.containers.find(({ name }) => name === container)?.image;

/** Answers to writes and watch events can overtake each other; versions of one API server are numbers that rise. */
function isOlder(pod: Pod, known: Pod): boolean {
  const [one, other] = [pod.metadata.resourceVersion ?? '', known.metadata.resourceVersion ?? ''];
  return /^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) < BigInt(other);
}

import { isNotFound } from '../../../cluster/api-error.js';
import { timestamp } from '../../../kubernetes/conditions.js';
import type { Container, ContainerStatus } from '../../../kubernetes/generated/core-v1.js';
import { ContainerConfigError } from '../environment/container-config-error.js';
import { imageRepository } from '../images/image-name.js';
import { UnknownImageError, type LocalImage } from '../images/image-table.js';
import type { EventType, NodeServices, PodScope } from '../node-services.js';
import { rotateLog } from '../processes/container-logs.js';
import { ContainerProcess } from '../processes/container-process.js';
import { prepareLaunch, type ContainerLaunch } from './container-launch.js';
import { runContainerProbes } from './container-probes.js';
import { end, run, statusOf, takeOver, wait, type ContainerStanding } from './container-state.js';
import { ContainerStop } from './container-stop.js';
import { RestartBackOff } from './restart-back-off.js';

const FIRST_CONFIG_RETRY_MILLISECONDS = 500;
const LAST_CONFIG_RETRY_MILLISECONDS = 10_000;

interface Running {
  readonly process: ContainerProcess;
  readonly stop: ContainerStop;
  readonly abort: AbortController;
}

/** One container of one Pod through all its runs. */
export class ContainerRunner {
  readonly name: string;
  readonly #scope: PodScope;
  readonly #services: NodeServices;
  readonly #initial: boolean;
  readonly #standing: ContainerStanding;
  readonly #restarts: RestartBackOff;
  #running: Running | undefined;

  /** @param before its status as an earlier life of the node left it */
  constructor(name: string, initial: boolean, scope: PodScope, services: NodeServices, before: ContainerStatus | undefined) {
    this.name = name;
    this.#initial = initial;
    this.#scope = scope;
    this.#services = services;
    this.#standing = takeOver(before, (scope.pod.spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating', this.#time());
    this.#restarts = new RestartBackOff(services.backOff);
  }

  get status(): ContainerStatus {
    return statusOf(this.#standing, this.name, this.#container.image ?? '', this.#initial);
  }

  /** The leader of the process group that runs now. */
  get leader(): number | undefined {
    return this.#running?.process.pid;
  }

  /** Whether it ran to an end after which it is not started again. */
  get finished(): boolean {
    const { ended, state } = this.#standing;
    return state.running === undefined && ended !== undefined && !this.#restartsAfter(ended.exitCode);
  }

  /** Runs it until it is finished, or until the signal says that nothing is to be started any more. The process is ended by `stop`. */
  async run(signal: AbortSignal): Promise<void> {
    while (!this.finished && !signal.aborted) {
      await this.#backOff(signal);
      const launch = await this.#prepare(signal);
      if (launch === undefined || signal.aborted) return;
      await this.#runOnce(launch, signal);
    }
  }

  /** Ends the running process: preStop, SIGTERM, SIGKILL. Called again, a shorter time counts. */
  async stop(graceSeconds: number): Promise<void> {
    await this.#running?.stop.begin(graceSeconds * 1000, `Stopping container ${this.name}`);
  }

  /** Waits with this reason and never starts. */
  refuse(message: string): void {
    wait(this.#standing, 'CreateContainerConfigError', message);
  }

  /** Ends the process when the Pod asks for another image now; the next run has that. */
  imageChanged(): void {
    const grace = this.#scope.pod.spec.terminationGracePeriodSeconds ?? 30;
    void this.#running?.stop.begin(grace * 1000, `Container ${this.name} definition changed, will be restarted`);
  }

  get #container(): Container {
    const { containers, initContainers = [] } = this.#scope.pod.spec;
    const found = (this.#initial ? initContainers : containers).find(({ name }) => name === this.name);
    if (found === undefined) throw new Error(`the Pod has no container ${this.name}`);
    return found;
  }

  #restartsAfter(exitCode: number): boolean {
    const { restartPolicy = 'Always' } = this.#scope.pod.spec;
    if (restartPolicy === 'Never') return false;
    return exitCode !== 0 || (restartPolicy === 'Always' && !this.#initial);
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    const { ended } = this.#standing;
    if (ended === undefined) return;
    const { clock } = this.#services;
    const finished = clock.monotonic() - Math.max(0, clock.now() - Date.parse(ended.finishedAt ?? this.#time()));
    const remaining = this.#restarts.remaining(finished, clock.monotonic());
    if (remaining > 0) {
      const { namespace = '', name, uid = '' } = this.#scope.pod.metadata;
      const pod = `${name}_${namespace}(${uid})`;
      wait(this.#standing, 'CrashLoopBackOff', `back-off ${seconds(this.#restarts.delay)} restarting failed container=${this.name} pod=${pod}`);
      this.#scope.changed();
      this.#event('Warning', 'BackOff', `Back-off restarting failed container ${this.name} in pod ${pod}`);
      await clock.sleep(remaining, signal).catch(() => undefined);
    }
    this.#restarts.restarted(clock.monotonic());
  }

  /** Waits until there is an image and everything that the environment refers to. @returns undefined when the signal came first */
  async #prepare(signal: AbortSignal): Promise<ContainerLaunch | undefined> {
    const { clock, images } = this.#services;
    const imageDelays = new RestartBackOff(this.#services.backOff);
    let configDelay = FIRST_CONFIG_RETRY_MILLISECONDS;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const container = this.#container;
        const image = await images.find(container.image ?? '');
        this.#standing.imageID = imageIdOf(container.image ?? '', image);
        return await prepareLaunch(container, image, this.#scope, this.#services, signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof UnknownImageError || message.startsWith('image table')) {
          await this.#imageMissing(message, failures, imageDelays, signal);
        } else {
          wait(this.#standing, error instanceof ContainerConfigError || isNotFound(error) ? 'CreateContainerConfigError' : 'CreateContainerError', message);
          this.#scope.changed();
          this.#event('Warning', 'Failed', `Error: ${message}`);
          await clock.sleep(configDelay, signal).catch(() => undefined);
          configDelay = Math.min(configDelay * 2, LAST_CONFIG_RETRY_MILLISECONDS);
        }
      }
    }
    return undefined;
  }

  async #imageMissing(message: string, failures: number, delays: RestartBackOff, signal: AbortSignal): Promise<void> {
    const { clock } = this.#services;
    const { image = '' } = this.#container;
    wait(this.#standing, 'ErrImagePull', message);
    this.#scope.changed();
    if (failures === 0) this.#event('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
    delays.restarted(clock.monotonic());
    // The table may be mended at any time: the first looks are close together, whatever the back-off is.
    await clock.sleep(Math.min(1000, delays.delay), signal).catch(() => undefined);
    if (signal.aborted) return;
    wait(this.#standing, 'ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
    this.#scope.changed();
    await clock.sleep(Math.min(failures < 30 ? 1000 : delays.delay, delays.delay), signal).catch(() => undefined);
  }

  async #runOnce(launch: ContainerLaunch, signal: AbortSignal): Promise<void> {
    const { logs, records, clock } = this.#services;
    const { pod } = this.#scope;
    const { restartCount, ended } = this.#standing;
    const run_ = ended === undefined ? restartCount : restartCount + 1;
    const logFile = logs.file(pod, this.name, run_);
    await logs.forgetOld(pod, this.name, run_);
    if (signal.aborted) return;
    const startedAt = this.#time();
    const containerID = `local://${pod.metadata.uid ?? ''}/${this.name}/${run_}`;
    let process: ContainerProcess;
    try {
      process = await ContainerProcess.start({ ...launch, command: [...launch.prefix, ...launch.command], logFile, onSpawn: (pid) => records.add(pid, `${pod.metadata.namespace ?? ''}/${pod.metadata.name}/${this.name}`) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      run(this.#standing, containerID, startedAt);
      end(this.#standing, { exitCode: 128, reason: 'StartError', message, startedAt, finishedAt: this.#time(), containerID });
      this.#event('Warning', 'Failed', `Error: ${message}`);
      this.#scope.changed();
      return;
    }
    const abort = new AbortController();
    const stop = new ContainerStop({
      container: this.#container,
      process,
      launch,
      podIP: this.#scope.podIP,
      services: this.#services,
      event: (type, reason, message) => this.#event(type, reason, message),
      // A container that is to end is not probed any more.
      onBegin: () => abort.abort(),
    });
    this.#running = { process, stop, abort };
    run(this.#standing, containerID, startedAt);
    this.#scope.changed();
    this.#event('Normal', 'Started', `Started container ${this.name}`);
    const probing = this.#initial ? Promise.resolve() : this.#probe(launch, abort.signal);
    const rotating = rotateLog(logFile, this.#services.logLimits, clock, abort.signal);
    // The Pod may have been told to end while the process was starting: then nobody else ends it.
    if (signal.aborted) void this.stop(this.#scope.pod.metadata.deletionGracePeriodSeconds ?? 0);
    const { exitCode, signal: signalNumber } = await process.exited;
    abort.abort();
    records.remove(process.pid);
    await Promise.all([probing, rotating, stop.settled()]);
    this.#running = undefined;
    const message = this.#container.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0 ? await logs.tail(logFile) : '';
    end(this.#standing, {
      exitCode,
      ...(signalNumber === undefined ? {} : { signal: signalNumber }),
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...(message === '' ? {} : { message }),
      startedAt,
      finishedAt: this.#time(),
      containerID,
    });
    this.#scope.changed();
  }

  #probe(launch: ContainerLaunch, signal: AbortSignal): Promise<void> {
    const set = (change: Partial<ContainerStanding>): void => {
      if (signal.aborted) return;
      Object.assign(this.#standing, change);
      this.#scope.changed();
    };
    return runContainerProbes({
      container: this.#container,
      launch,
      podIP: this.#scope.podIP,
      services: this.#services,
      signal,
      onStarted: () => set({ started: true }),
      onReady: (ready) => set({ ready }),
      onFailure: (message) => this.#event('Warning', 'Unhealthy', message),
      onUnhealthy: (cause, probe) => {
        const grace = probe.terminationGracePeriodSeconds ?? this.#scope.pod.spec.terminationGracePeriodSeconds ?? 30;
        void this.#running?.stop.begin(grace * 1000, `Container ${this.name} ${cause}, will be restarted`);
      },
    });
  }

  #event(type: EventType, reason: string, message: string): void {
    this.#services.events.record(this.#scope.pod, { type, reason, message });
  }

  #time(): string {
    return timestamp(this.#services.clock.now());
  }
}

const imageIdOf = (name: string, { digest }: LocalImage): string => `${imageRepository(name)}@${digest}`;

/** `10s`, `1m20s`, `5m0s`: as Go prints durations. */
function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000;
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${whole % 60}s`;
}

import { mkdir, open, rm } from 'node:fs/promises';
import type { Clock } from '../../ports/clock.js';
import { openAddressMap } from '../addresses/cluster-addresses.js';
import { reserveClusterIndex, type ClusterReservation } from '../addresses/cluster-reservation.js';
import { doorPort } from '../addresses/door-port.js';
import { freePort, tryListen, closeServer } from '../addresses/free-port.js';
import { identifyProcess, isRunning, type ProcessIdentity } from '../processes/process-identity.js';
import { writeAccess } from './access.js';
import { ensureCertificates } from './cluster-certificates.js';
import { exclusively } from './exclusive.js';
import { clusterFiles, type ClusterFiles } from './cluster-files.js';
import { readPlan, writePlan, type ClusterPlan, type PortWish } from './cluster-plan.js';
import { alreadyUp, removeAbandoned } from './abandoned.js';
import { PartRunner } from './part-runner.js';
import { fillPlaceholders, type Part, type Placeholders } from './parts.js';
import { unreadiness } from './readiness.js';
import { SupervisorError } from './supervisor-error.js';
import { readState, type SupervisorState } from './supervisor-state.js';
import { readClusterUsers } from './users.js';
import { writeWhole } from './whole-file.js';

const API_HOST = '127.0.0.1';
const POLL_MILLISECONDS = 50;
const OWNER_POLL_MILLISECONDS = 1000;

/** Runs the parts of one cluster, in the process that it lives in, until it is stopped. */
export class Supervisor {
  readonly #files: ClusterFiles;
  readonly #plan: ClusterPlan;
  readonly #clock: Clock;
  readonly #identity: ProcessIdentity;
  readonly #abort = new AbortController();
  readonly #runners: PartRunner[] = [];
  #reservation: ClusterReservation | undefined;
  #facts: Omit<SupervisorState, 'process' | 'parts'> = { status: 'starting' };
  #writing: Promise<void> = Promise.resolve();
  #starting: Promise<void> = Promise.resolve();

  private constructor(files: ClusterFiles, plan: ClusterPlan, clock: Clock, identity: ProcessIdentity) {
    this.#files = files;
    this.#plan = plan;
    this.#clock = clock;
    this.#identity = identity;
  }

  /**
   * Makes this process the one that runs the cluster whose plan lies in that folder.
   * @throws SupervisorError `AlreadyUp`, or `NotUp` where there is no plan
   */
  static async claim(directory: string, clock: Clock): Promise<Supervisor> {
    const files = clusterFiles(directory);
    const identity = identifyProcess(process.pid);
    const plan = await readPlan(files.plan);
    if (plan === undefined || identity === undefined) throw new SupervisorError('NotUp', `${files.plan} is missing or cannot be read: start the cluster again`);
    await takeOver(files, plan, identity, clock);
    return new Supervisor(files, plan, clock, identity);
  }

  /**
   * Starts the parts. Resolves when all have been started, ready or not, or `stop` was called meanwhile.
   * @throws SupervisorError after which nothing runs
   */
  start(): Promise<void> {
    this.#starting = this.#startParts(this.#plan).catch(async (error: unknown) => {
      await this.#fail(error);
      throw error;
    });
    return this.#starting;
  }

  /** Resolves when the process that the cluster is bound to has ended; never where it is bound to none. */
  async ownerEnded(): Promise<void> {
    const { owner } = this.#plan;
    if (owner === undefined) return new Promise(() => undefined);
    while (isRunning(owner)) await this.#clock.sleep(OWNER_POLL_MILLISECONDS);
  }

  /** Deletes everything of the cluster; after `stop`. */
  async removeFolder(): Promise<void> {
    await rm(this.#files.directory, { recursive: true, force: true });
  }

  /** Stops all parts, last started first, and gives everything back that others may want. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#starting.catch(() => undefined);
    await this.#stopParts();
    await this.#writing;
    await rm(this.#files.supervisor, { force: true });
  }

  async #startParts(plan: ClusterPlan): Promise<void> {
    const { signal } = this.#abort;
    await mkdir(this.#files.logs, { recursive: true, mode: 0o700 });
    this.#reservation = await reserveClusterIndex(this.#files.directory).catch((error: unknown) => {
      throw new SupervisorError('AddressesTaken', error instanceof Error ? error.message : String(error), { cause: error });
    });
    await openAddressMap(this.#files.directory);
    const { index, podRange, serviceRange } = this.#reservation;
    const apiPort = await choosePort(plan.apiPort, 'api', index);
    const ingressPort = await choosePort(plan.ingressPort, 'ingress', index, apiPort);
    if (ingressPort === apiPort) throw new SupervisorError('PortTaken', `port ${apiPort} cannot be both the API's and the ingress's: name two`);
    await writePlan(this.#files.plan, { ...plan, apiPort: { ...plan.apiPort, port: apiPort }, ingressPort: { ...plan.ingressPort, port: ingressPort } });
    const apiUrl = `https://${API_HOST}:${apiPort}`;
    const authority = await ensureCertificates(this.#files, plan.name, serviceRange, this.#clock.now());
    await exclusively(this.#files.accessLock, this.#clock, async () => writeAccess(this.#files, { name: plan.name, server: apiUrl, authority }, plan.parts, await readClusterUsers(this.#files)));
    this.#facts = { status: 'starting', apiUrl, ingressPort, podRange, serviceRange };
    const placeholders = { directory: this.#files.directory, podRange, serviceRange, apiPort: String(apiPort), ingressPort: String(ingressPort), name: plan.name };
    for (const part of plan.parts) {
      if (signal.aborted) return;
      const runner = this.#runner(part, { ...placeholders, kubeconfig: this.#files.kubeconfigOf(part.name) });
      this.#runners.push(runner);
      runner.start();
      // All others need the API; for each other they wait by themselves.
      if (part.ready.kind === 'api') await this.#untilReady(part, runner, signal);
    }
    this.#facts = { ...this.#facts, status: 'up' };
    await this.#write();
  }

  #runner(part: Part, placeholders: Placeholders): PartRunner {
    return new PartRunner({
      clock: this.#clock,
      onChange: () => this.#write(),
      part: {
        name: part.name,
        script: part.script,
        args: fillPlaceholders(part.args, placeholders),
        nodeFlags: part.nodeFlags ?? [],
        cleanUp: part.cleanUp === undefined ? undefined : fillPlaceholders(part.cleanUp, placeholders),
        logFile: this.#files.logOf(part.name),
      },
    });
  }

  async #untilReady(part: Part, runner: PartRunner, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await unreadiness(part.ready, runner.state, this.#files, this.#clock)) !== undefined) {
      await this.#clock.sleep(POLL_MILLISECONDS, signal).catch(() => undefined);
    }
  }

  async #stopParts(): Promise<void> {
    this.#abort.abort();
    this.#facts = { ...this.#facts, status: 'stopping' };
    await this.#write();
    for (const runner of this.#runners.toReversed()) await runner.stop();
    await this.#reservation?.release();
  }

  async #fail(error: unknown): Promise<void> {
    await this.#stopParts();
    const code = error instanceof SupervisorError ? error.code : 'PartFailed';
    this.#facts = { status: 'failed', problem: { code, message: error instanceof Error ? error.message : String(error) } };
    await this.#write();
  }

  #write(): Promise<void> {
    const state = (): SupervisorState => ({ process: this.#identity, ...this.#facts, parts: this.#runners.map((runner) => runner.state) });
    this.#writing = this.#writing.then(() => writeWhole(this.#files.supervisor, `${JSON.stringify(state(), undefined, 2)}\n`));
    return this.#writing;
  }
}

/** @throws SupervisorError `AlreadyUp` */
async function takeOver(files: ClusterFiles, plan: ClusterPlan, identity: ProcessIdentity, clock: Clock): Promise<void> {
  for (;;) {
    try {
      const handle = await open(files.supervisor, 'wx');
      await handle.writeFile(JSON.stringify({ process: identity, status: 'starting', parts: [] } satisfies SupervisorState));
      return await handle.close();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const state = await readState(files.supervisor);
      if (state !== undefined && isRunning(state.process)) throw alreadyUp(files, state);
      await removeAbandoned(files, plan, state, clock);
    }
  }
}

/** @param but a port that another door of the cluster has */
async function choosePort({ port, required }: PortWish, door: 'api' | 'ingress', index: number, but?: number): Promise<number> {
  if (port !== 0 && (required || port !== but)) {
    const server = await tryListen(API_HOST, port);
    if (server !== undefined) {
      await closeServer(server);
      return port;
    }
    const what = door === 'api' ? 'API' : 'ingress';
    if (required) throw new SupervisorError('PortTaken', `port ${port} of ${API_HOST}, asked for as the ${what} port, is taken: name another one, or 0 for any`);
  }
  return (await doorPort(API_HOST, door, index, but)) ?? freePort(API_HOST);
}

import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dns1123LabelProblems } from '../../kubernetes/names.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { identifyProcess, isRunning } from '../processes/process-identity.js';
import { alreadyUp } from './abandoned.js';
import { clusterDirectory, clusterFiles, type ClusterFiles } from './cluster-files.js';
import { readPlan, writePlan, type ClusterPlan, type PortWish } from './cluster-plan.js';
import { clusterStatus, type ClusterStatus } from './cluster-status.js';
import { standardParts, type Part } from './parts.js';
import { spawnProgram, untilExit } from './program.js';
import { stopCluster } from './stop-cluster.js';
import { SupervisorError, type SupervisorErrorCode } from './supervisor-error.js';
import { readState } from './supervisor-state.js';

/** How a cluster is started; nothing is required. */
export interface StartOptions {
  /** Default `default`; part of the kubeconfig's context `serin-<name>`. */
  readonly name?: string;
  /** Where everything of the cluster lies; default: below the root that `clustersRoot` names. */
  readonly directory?: string;
  /** Image tables. */
  readonly images?: readonly string[];
  /** Files of CustomResourceDefinitions, beside those of Istio and Gateway API. */
  readonly crds?: readonly string[];
  /** Started after the standard ones. */
  readonly extraParts?: readonly Part[];
  /** Instead of the standard ones. */
  readonly parts?: readonly Part[];
  /** Any free port (the one used before, if it is free) where none is named. */
  readonly apiPort?: number;
  readonly ingressPort?: number;
  /** Milliseconds until all parts must be ready, default 60,000. */
  readonly patience?: number;
  /** The folder of the compiled program, default: the one that this code runs from. */
  readonly programs?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  /** Stops the cluster again when it is not up yet. */
  readonly signal?: AbortSignal;
  /** Bind the cluster to this process: when it ends, however it does, the cluster stops and its folder is deleted. */
  readonly bound?: boolean;
  /** Told what is waited for, each time that changes. */
  readonly onProgress?: (waitsFor: string) => void;
}

const PROGRAMS = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PATIENCE_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 50;
/** A part that ended so often before it was ready will not get ready. */
const HOPELESS_RESTARTS = 3;
const SHOWN_LOG_LINES = 8;

/**
 * Starts a cluster that goes on when this process ends, and waits until all its parts are ready. When they do not get
 * ready, nothing is left running.
 * @throws SupervisorError
 */
export async function startCluster(options: StartOptions = {}): Promise<ClusterStatus> {
  const { name = 'default', clock = systemClock, programs = PROGRAMS, env = process.env } = options;
  const problems = dns1123LabelProblems(name);
  if (problems.length > 0) throw new SupervisorError('InvalidName', `a cluster cannot be called "${name}": ${problems.join('; ')}`);
  const files = clusterFiles(resolve(options.directory ?? clusterDirectory(name, env)));
  await makeWritable(files);
  const state = await readState(files.supervisor);
  if (state !== undefined && isRunning(state.process)) throw alreadyUp(files, state);
  await writePlan(files.plan, await planOf(options, name, programs, files));

  const script = join(programs, 'local', 'supervisor', 'main.js');
  if (!existsSync(script)) throw new SupervisorError('NotBuilt', `${script} is missing: build the program first (npm run build)`);
  const daemon = spawnProgram([script, '--directory', files.directory], files.logOf('supervisor'));
  daemon.unref();
  let ended: string | undefined;
  void untilExit(daemon).then((exit) => (ended = exit));
  const deadline = clock.monotonic() + (options.patience ?? PATIENCE_MILLISECONDS);
  try {
    return await untilUp(files, () => ended, deadline, options, clock);
  } catch (error) {
    if (!(error instanceof SupervisorError && error.code === 'AlreadyUp')) await stopCluster(files.directory, clock);
    throw error;
  }
}

async function planOf(options: StartOptions, name: string, programs: string, files: ClusterFiles): Promise<ClusterPlan> {
  const { images = [], crds = [], extraParts = [] } = options;
  const published = ['istio-crds.json', 'gateway-api-crds.json'].map((name) => join(programs, 'kubernetes', 'generated', name));
  const absolute = (paths: readonly string[]): string[] => paths.map((path) => resolve(path));
  const parts = options.parts ?? standardParts({ programs, crds: absolute([...published, ...crds]), images: absolute(images), nodeName: `serin-${name}` });
  const before = await readPlan(files.plan);
  const wish = (asked: number | undefined, used: PortWish | undefined): PortWish =>
    asked === undefined || asked === 0 ? { port: used?.port ?? 0, required: false } : { port: asked, required: true };
  const owner = options.bound === true ? identifyProcess(process.pid) : undefined;
  return {
    ...(owner === undefined ? {} : { owner }),
    name,
    parts: [...parts, ...extraParts],
    apiPort: wish(options.apiPort, before?.apiPort),
    ingressPort: wish(options.ingressPort, before?.ingressPort),
  };
}

async function makeWritable(files: ClusterFiles): Promise<void> {
  try {
    await mkdir(files.logs, { recursive: true, mode: 0o700 });
    await access(files.directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new SupervisorError('NotWritable', `${files.directory} cannot be written to (${cause}): set SERIN_HOME to a folder that can`, { cause: error });
  }
}

async function untilUp(files: ClusterFiles, ended: () => string | undefined, deadline: number, options: StartOptions, clock: Clock): Promise<ClusterStatus> {
  let told = '';
  for (;;) {
    options.signal?.throwIfAborted();
    const exit = ended();
    const status = await clusterStatus(files.directory, clock);
    if (exit !== undefined) throw await daemonError(files, status, exit);
    if (status.status === 'up') return status;
    const waiting = status.parts.filter(({ ready }) => !ready);
    const hopeless = waiting.find(({ restarts }) => restarts >= HOPELESS_RESTARTS);
    if (hopeless !== undefined) {
      throw new SupervisorError('PartFailed', `${hopeless.name} ended ${hopeless.restarts} times, last with ${hopeless.lastExit ?? '?'}; the end of ${hopeless.log}:\n${await logTail(hopeless.log)}`);
    }
    const waitsFor = waiting.map((part) => `${part.name}: ${part.waitsFor ?? ''}`).join('; ');
    if (clock.monotonic() > deadline) {
      throw new SupervisorError('NotReady', `the cluster did not get ready in time: ${waitsFor === '' ? 'its supervisor is still starting' : waitsFor}; logs are in ${files.logs}`);
    }
    if (waitsFor !== told) options.onProgress?.(waitsFor);
    told = waitsFor;
    await clock.sleep(POLL_MILLISECONDS, options.signal);
  }
}

async function daemonError(files: ClusterFiles, { problem }: ClusterStatus, exit: string): Promise<SupervisorError> {
  if (problem !== undefined) return new SupervisorError(codeOf(problem.code), problem.message);
  const state = await readState(files.supervisor);
  if (state !== undefined && isRunning(state.process)) return alreadyUp(files, state);
  return new SupervisorError('PartFailed', `the supervisor ended with ${exit}; the end of ${files.logOf('supervisor')}:\n${await logTail(files.logOf('supervisor'))}`);
}

function codeOf(text: string): SupervisorErrorCode {
  const codes = ['AlreadyUp', 'PortTaken', 'AddressesTaken', 'NotUp'] as const;
  return codes.find((code) => code === text) ?? 'PartFailed';
}

async function logTail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-SHOWN_LOG_LINES).map((line) => `  ${line}`).join('\n');
}

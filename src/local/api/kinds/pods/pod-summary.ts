import type { Container, ContainerStateTerminated, ContainerStatus, Pod } from '../../../../kubernetes/generated/core-v1.js';

/** What `kubectl get pods` says of a Pod. */
export interface PodSummary {
  readonly reason: string;
  readonly ready: number;
  readonly containers: number;
  readonly restarts: number;
  /** When a container last ended, RFC 3339. */
  readonly lastRestart: string | undefined;
}

interface Tally {
  restarts: number;
  lastRestart: string | undefined;
}

/** Sums up the states of a Pod's containers: a restart of a sidecar counts always, of another init container only while it runs. */
export function podSummary(pod: Pod): PodSummary {
  const { spec, status, metadata } = pod;
  const sidecars = new Set((spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const init = initSummary(pod, sidecars);
  let { reason = phaseOf(pod) } = init;
  let { ready } = init;
  let tally = init.all;
  const initialized = status?.conditions?.some(({ type, status: holds }) => type === 'Initialized' && holds === 'True') ?? false;
  if (init.reason === undefined || initialized) {
    tally = init.sidecars;
    const main = mainSummary(pod, reason, tally);
    reason = main.reason;
    ready += main.ready;
  }
  if (metadata.deletionTimestamp !== undefined) {
    if (status?.reason === 'NodeLost') reason = 'Unknown';
    else if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') reason = 'Terminating';
  }
  return { reason, ready, containers: (spec?.containers ?? []).length + sidecars.size, ...tally };
}

function phaseOf({ status }: Pod): string {
  const gated = status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated') ?? false;
  return gated ? 'SchedulingGated' : status?.reason || (status?.phase ?? '');
}

function isSidecar({ restartPolicy }: Container): boolean {
  return restartPolicy === 'Always';
}

interface InitSummary {
  /** Set while the init containers hold the Pod up. */
  readonly reason: string | undefined;
  readonly ready: number;
  readonly all: Tally;
  readonly sidecars: Tally;
}

function initSummary({ spec, status }: Pod, sidecars: ReadonlySet<string>): InitSummary {
  const all: Tally = { restarts: 0, lastRestart: undefined };
  const own: Tally = { restarts: 0, lastRestart: undefined };
  let ready = 0;
  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    count(container, all);
    const isOne = sidecars.has(container.name);
    if (isOne) count(container, own);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isOne && container.started === true) {
      if (container.ready) ready += 1;
      continue;
    }
    const why =
      terminated !== undefined
        ? ending(terminated)
        : waiting?.reason !== undefined && waiting.reason !== 'PodInitializing'
          ? waiting.reason
          : `${index}/${(spec?.initContainers ?? []).length}`;
    return { reason: `Init:${why}`, ready, all, sidecars: own };
  }
  return { reason: undefined, ready, all, sidecars: own };
}

function mainSummary({ status }: Pod, phase: string, tally: Tally): { reason: string; ready: number } {
  let reason = phase;
  let failure = '';
  let ready = 0;
  for (const container of [...(status?.containerStatuses ?? [])].reverse()) {
    count(container, tally);
    const { terminated, waiting, running } = container.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated !== undefined) {
      reason = ending(terminated);
      if (terminated.exitCode !== 0) failure = reason;
    } else if (container.ready && running !== undefined) ready += 1;
  }
  if (reason !== 'Completed') return { reason, ready };
  const podReady = status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') ?? false;
  if (ready > 0 && podReady) return { reason: 'Running', ready };
  if (failure !== '') return { reason: failure, ready };
  return { reason: ready > 0 ? 'NotReady' : reason, ready };
}

function ending({ reason, signal, exitCode }: ContainerStateTerminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function count({ restartCount, lastState }: ContainerStatus, tally: Tally): void {
  tally.restarts += restartCount;
  const ended = lastState?.terminated?.finishedAt;
  if (ended && (tally.lastRestart === undefined || Date.parse(ended) > Date.parse(tally.lastRestart))) tally.lastRestart = ended;
}

import type { ContainerStatus, Pod } from '../../../kubernetes/generated/core-v1.js';

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

interface Ended {
  readonly exitCode: number;
}

/** The exit a container rests at: its state's, or, while it waits to be restarted, that of the run before. */
function endOf(status: ContainerStatus | undefined): Ended | undefined {
  if (status?.state?.terminated !== undefined) return status.state.terminated;
  return status?.state?.waiting === undefined ? undefined : status.lastState?.terminated;
}

/** The phase that a Pod's containers add up to. @param ending whether nothing of it will be started again */
export function podPhase({ spec }: Pod, initial: readonly ContainerStatus[], containers: readonly ContainerStatus[], ending: boolean): PodPhase {
  for (const { name } of spec.initContainers ?? []) {
    const end = endOf(initial.find((status) => status.name === name));
    if (end?.exitCode === 0) continue;
    if (end !== undefined && (spec.restartPolicy === 'Never' || ending)) return 'Failed';
    return ending ? 'Failed' : 'Pending';
  }
  const statuses = spec.containers.map(({ name }) => containers.find((status) => status.name === name));
  const ends = statuses.map(endOf);
  const running = statuses.some((status) => status?.state?.running !== undefined);
  const waiting = statuses.some((status, index) => status?.state?.running === undefined && ends[index] === undefined);
  if (waiting) return ending ? 'Failed' : 'Pending';
  if (running) return 'Running';
  const allWell = ends.every((end) => end?.exitCode === 0);
  if (ending) return allWell ? 'Succeeded' : 'Failed';
  if (spec.restartPolicy === 'Never') return allWell ? 'Succeeded' : 'Failed';
  if (spec.restartPolicy === 'OnFailure' && allWell) return 'Succeeded';
  return 'Running';
}

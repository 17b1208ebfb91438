import type { ContainerState, ContainerStateTerminated, ContainerStatus } from '../../../kubernetes/generated/core-v1.js';

/** Where one container stands; the node's own memory of its status. */
export interface ContainerStanding {
  state: ContainerState;
  /** How the run before the present state ended. */
  lastState: ContainerState;
  restartCount: number;
  started: boolean;
  ready: boolean;
  imageID: string;
  containerID: string | undefined;
  /** The exit that the next start follows; undefined before the first start. */
  ended: ContainerStateTerminated | undefined;
}

/**
 * Takes over what an earlier life of the node left in the API. A container that ran then is known to have ended, but
 * not how.
 * @param now RFC 3339
 */
export function takeOver(before: ContainerStatus | undefined, reason: string, now: string): ContainerStanding {
  const standing: ContainerStanding = {
    state: { waiting: { reason } },
    lastState: before?.lastState ?? {},
    restartCount: before?.restartCount ?? 0,
    started: false,
    ready: false,
    imageID: before?.imageID ?? '',
    containerID: before?.containerID,
    ended: undefined,
  };
  if (before?.state?.running !== undefined) {
    const { startedAt } = before.state.running;
    end(standing, {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The node ended and took this container with it',
      ...(startedAt === undefined ? {} : { startedAt }),
      finishedAt: now,
      ...(before.containerID === undefined ? {} : { containerID: before.containerID }),
    });
  } else if (before?.state?.terminated !== undefined) {
    end(standing, before.state.terminated);
  } else if (before?.lastState?.terminated !== undefined) {
    standing.ended = before.lastState.terminated;
  }
  return standing;
}

/** The container's process is gone. */
export function end(standing: ContainerStanding, terminated: ContainerStateTerminated): void {
  if (standing.ended !== undefined) standing.lastState = { terminated: standing.ended };
  Object.assign(standing, { state: { terminated }, ended: terminated, started: false, ready: false });
}

/** The container does not run yet, or not again yet. */
export function wait(standing: ContainerStanding, reason: string, message?: string): void {
  if (standing.ended !== undefined) standing.lastState = { terminated: standing.ended };
  standing.state = { waiting: { reason, ...(message === undefined ? {} : { message }) } };
}

export function run(standing: ContainerStanding, containerID: string, startedAt: string): void {
  if (standing.ended !== undefined) {
    standing.lastState = { terminated: standing.ended };
    standing.restartCount += 1;
  }
  Object.assign(standing, { state: { running: { startedAt } }, ended: undefined, containerID, started: false, ready: false });
}

/** @param initial init containers are ready when they have done their work */
export function statusOf(standing: ContainerStanding, name: string, image: string, initial: boolean): ContainerStatus {
  const { state, lastState, restartCount, started, ready, imageID, containerID } = standing;
  return {
    name,
    image,
    imageID,
    ...(containerID === undefined ? {} : { containerID }),
    state,
    lastState,
    restartCount,
    started: initial ? state.running !== undefined : started,
    ready: initial ? state.terminated?.exitCode === 0 : ready,
  };
}

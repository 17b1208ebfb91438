import type { Probe } from '../../../kubernetes/generated/core-v1.js';
import type { Clock } from '../../../ports/clock.js';
import type { ProbeOutcome } from './probe-outcome.js';

export interface ProbeLoopOptions {
  readonly probe: Probe;
  /** Probes once, given the timeout in milliseconds. Never rejects. */
  readonly attempt: (timeout: number) => Promise<ProbeOutcome>;
  /** Called each time enough outcomes of one kind have come in a row; returns whether to go on. */
  readonly onResult: (success: boolean) => boolean;
  /** Called for every single failure. */
  readonly onFailure: (output: string) => void;
  readonly clock: Clock;
  /** Ends the loop. */
  readonly signal: AbortSignal;
}

/** Probes one container from its start until the signal ends it: after the initial delay at once, then every period. */
export async function runProbeLoop({ probe, attempt, onResult, onFailure, clock, signal }: ProbeLoopOptions): Promise<void> {
  const period = (probe.periodSeconds ?? 10) * 1000;
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const thresholds = { true: probe.successThreshold ?? 1, false: probe.failureThreshold ?? 3 };
  let last: boolean | undefined;
  let inARow = 0;
  try {
    await clock.sleep((probe.initialDelaySeconds ?? 0) * 1000, signal);
    for (;;) {
      const began = clock.monotonic();
      const { success, output } = await attempt(timeout);
      signal.throwIfAborted();
      if (!success) onFailure(output);
      inARow = success === last ? inARow + 1 : 1;
      last = success;
      if (inARow >= thresholds[`${success}`] && !onResult(success)) return;
      await clock.sleep(Math.max(0, began + period - clock.monotonic()), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

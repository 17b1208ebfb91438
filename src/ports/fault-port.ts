/**
 * Called at every boundary around a write, so that a test can end the process (or delay, or fail it) exactly there.
 * Names are stable: `controller.release.status.before`, `api.store.commit.after`, …
 */
export interface FaultPort {
  reach(boundary: string): Promise<void>;
}

/** Does nothing: what runs outside fault tests. */
export const noFaults: FaultPort = { reach: () => Promise.resolve() };

import type { ClusterClient } from '../../../cluster/client.js';
import { ApiError, isConflict, isNotFound } from '../../../cluster/api-error.js';
import { LatestWork } from '../../../cluster/latest-work.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { Pod, PodStatus } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Clock } from '../../../ports/clock.js';

const FIRST_RETRY_MILLISECONDS = 100;
const LAST_RETRY_MILLISECONDS = 5_000;

/** Brings the status of one Pod to the API: always the latest, one write at a time, none when nothing changed. */
export class PodStatusWriter {
  readonly #client: ClusterClient;
  readonly #pod: Pod;
  readonly #onWritten: (pod: Pod) => void;
  readonly #work: LatestWork<PodStatus>;
  #written: PodStatus | undefined;
  #delay = FIRST_RETRY_MILLISECONDS;

  /** @param onWritten told what the API answered */
  constructor(client: ClusterClient, clock: Clock, pod: Pod, onWritten: (pod: Pod) => void) {
    this.#client = client;
    this.#pod = pod;
    this.#onWritten = onWritten;
    this.#work = new LatestWork(clock, (status, signal) => this.#write(status, signal));
  }

  write(status: PodStatus): void {
    this.#work.ask(status);
  }

  /** Resolves when the latest status is written, or the Pod is gone, or the writer was stopped. */
  settled(): Promise<void> {
    return this.#work.settled();
  }

  /** Writes nothing any more. */
  stop(): Promise<void> {
    return this.#work.stop();
  }

  /** @returns true, or milliseconds to wait before the next try */
  async #write(status: PodStatus, signal: AbortSignal): Promise<true | number> {
    if (deepEqual(status, this.#written)) return true;
    const { name, namespace = '', uid } = this.#pod.metadata;
    try {
      // The uid guards a namesake that came after this Pod.
      const body = { metadata: { uid }, status };
      const answer = await this.#client.patch<Pod>(resources.pods, { name, namespace }, { kind: 'strategic', body }, { subresource: 'status', signal });
      this.#written = status;
      this.#delay = FIRST_RETRY_MILLISECONDS;
      this.#onWritten(answer);
      return true;
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) return true;
      const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      const delay = Math.max(this.#delay, asked);
      this.#delay = Math.min(this.#delay * 2, LAST_RETRY_MILLISECONDS);
      return delay;
    }
  }
}

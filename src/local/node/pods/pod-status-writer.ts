import type { ClusterClient } from '../../../cluster/client.js';
import { ApiError, isConflict, isNotFound } from '../../../cluster/api-error.js';
import { deepEqual } from '../../../kubernetes/json.js';
import type { Pod, PodStatus } from '../../../kubernetes/generated/core-v1.js';
import { resources } from '../../../kubernetes/resources.js';
import type { Clock } from '../../../ports/clock.js';

const FIRST_RETRY_MILLISECONDS = 100;
const LAST_RETRY_MILLISECONDS = 5_000;

/** Brings the status of one Pod to the API: always the latest, one write at a time, none when nothing changed. */
export class PodStatusWriter {
  readonly #client: ClusterClient;
  readonly #clock: Clock;
  readonly #pod: Pod;
  readonly #onWritten: (pod: Pod) => void;
  readonly #abort = new AbortController();
  #wanted: PodStatus | undefined;
  #written: PodStatus | undefined;
  #writing: Promise<void> | undefined;

  /** @param onWritten told what the API answered */
  constructor(client: ClusterClient, clock: Clock, pod: Pod, onWritten: (pod: Pod) => void) {
    this.#client = client;
    this.#clock = clock;
    this.#pod = pod;
    this.#onWritten = onWritten;
  }

  write(status: PodStatus): void {
    this.#wanted = status;
    this.#writing ??= this.#flush().finally(() => (this.#writing = undefined));
  }

  /** Resolves when the latest status is written, or the Pod is gone, or the writer was stopped. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Writes nothing any more. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#writing;
  }

  async #flush(): Promise<void> {
    const { signal } = this.#abort;
    const { name, namespace = '', uid } = this.#pod.metadata;
    let delay = FIRST_RETRY_MILLISECONDS;
    while (this.#wanted !== undefined && !deepEqual(this.#wanted, this.#written) && !signal.aborted) {
      const status = this.#wanted;
      try {
        // The uid guards a namesake that came after this Pod.
        const body = { metadata: { uid }, status };
        const answer = await this.#client.patch<Pod>(resources.pods, { name, namespace }, { kind: 'strategic', body }, { subresource: 'status', signal });
        this.#written = status;
        delay = FIRST_RETRY_MILLISECONDS;
        this.#onWritten(answer);
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        const asked = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
        await this.#clock.sleep(Math.max(delay, asked), signal).catch(() => undefined);
        delay = Math.min(delay * 2, LAST_RETRY_MILLISECONDS);
      }
    }
  }
}

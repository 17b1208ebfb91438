import { systemClock, type Clock } from '../ports/clock.js';
import type { Event } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { resources } from '../kubernetes/resources.js';
import { isConflict, isNotFound } from './api-error.js';
import type { ClusterClient } from './client.js';
import { EventAggregation } from './event-aggregation.js';
import { newEvent, repeatedEvent } from './event-objects.js';

/** What is to be told about an object. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** One word in CamelCase, such as `RolledBack`. */
  readonly reason: string;
  readonly message: string;
  /** What was done, such as `Promote`; default the reason. */
  readonly action?: string;
  /** Another object that it is about. */
  readonly related?: KubernetesObject;
}

export interface EventRecorderOptions {
  readonly client: ClusterClient;
  /** Who tells, such as `serin.dev/controller`. */
  readonly component: string;
  /** Which one of them. */
  readonly instance: string;
  readonly clock?: Clock;
  /** Told of Events that could not be written; they are lost. */
  readonly onError?: (error: Error) => void;
  /** Events that may wait to be written; beyond that the oldest are lost. Default 1000. */
  readonly capacity?: number;
}

/** Writes core/v1 Events on the side: `record` never throws and never waits. */
export interface EventRecorder {
  /** The same note about the same object again within ten minutes counts up the Event that is there. */
  record(about: KubernetesObject, note: EventNote): void;
  /** Resolves when all that was recorded so far is written or lost. */
  flush(): Promise<void>;
  /** Writes what waits, for at most five seconds, and ends. */
  stop(): Promise<void>;
}

const STOP_MILLISECONDS = 5_000;

export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options);
}

interface Waiting {
  readonly about: KubernetesObject;
  readonly note: EventNote;
  readonly at: number;
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #clock: Clock;
  readonly #aggregation = new EventAggregation();
  readonly #stopping = new AbortController();
  readonly #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  record(about: KubernetesObject, note: EventNote): void {
    if (this.#stopped) return;
    this.#waiting.push({ about, note, at: this.#clock.now() });
    if (this.#waiting.length > (this.#options.capacity ?? 1000)) {
      this.#waiting.shift();
      this.#report(new Error('more Events than the server takes; the oldest was lost'));
    }
    this.#writing ??= this.#writeAll();
  }

  async flush(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const done = new AbortController();
    const alarm = this.#clock.sleep(STOP_MILLISECONDS, done.signal).then(
      () => this.#stopping.abort(new Error('Events were not written in time')),
      () => undefined,
    );
    await this.flush();
    done.abort();
    await alarm;
  }

  /** Never rejects. One at a time, in order. */
  async #writeAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      if (this.#stopping.signal.aborted) {
        this.#waiting.splice(0);
        break;
      }
      try {
        await this.#write(next);
      } catch (error) {
        this.#report(error);
      }
    }
    // In the turn of the last look, so that nothing is recorded between the two.
    this.#writing = undefined;
  }

  async #write({ about, note, at }: Waiting): Promise<void> {
    const { client, component, instance } = this.#options;
    const signal = this.#stopping.signal;
    const decision = this.#aggregation.decide(about, note, at);
    if (!decision) return;
    if (decision.repeats) {
      const event = repeatedEvent(decision.repeats, decision.message, at);
      try {
        const body = { count: event.count, lastTimestamp: event.lastTimestamp, message: event.message };
        const written = await client.patch(resources.events, event.metadata, { kind: 'merge', body }, { signal });
        return this.#aggregation.wrote(decision.key, written);
      } catch (error) {
        // Events are kept for an hour; a new one takes the place of one that is gone.
        if (!isNotFound(error)) throw error;
      }
    }
    const event: Event = newEvent(about, { ...note, message: decision.message }, { component, instance }, at, this.#aggregation.nextSuffix(at));
    try {
      this.#aggregation.wrote(decision.key, await client.create(resources.events, event, { signal }));
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
    } catch {
      // Whoever listens to failures cannot stop the recorder.
    }
  }
}

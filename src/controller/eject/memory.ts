import type { KubernetesObject } from '../../kubernetes/objects.js';
import type { Clock } from '../../ports/clock.js';

/** What is remembered from one look to the next: since when things are as they are. All times are milliseconds. */
export class Memory {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #generations = new Map<string, number>();
  #asked = new Map<string, number>();
  #before = new Map<string, number>();
  #foundPaused = false;
  #last: { readonly version: string; readonly since: number } | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Begins a new look. What the last one did not ask about is forgotten. */
  lookAgain(): void {
    this.#before = this.#asked;
    this.#asked = new Map();
  }

  /** Whether the Deployment was paused when it was adopted; its policy, which says so, goes first. */
  foundPaused(known: boolean | undefined): boolean {
    return (this.#foundPaused ||= known ?? false);
  }

  /** For how long this has been asked at every look. */
  waited(what: string): number {
    const now = this.#clock.now();
    const since = this.#before.get(what) ?? now;
    this.#asked.set(what, since);
    return now - since;
  }

  /** When the present generation of an object was first seen, since the epoch. */
  unchangedSince({ kind, metadata }: KubernetesObject): number {
    const key = [kind, metadata.namespace ?? '', metadata.name, metadata.uid ?? '', metadata.generation ?? metadata.resourceVersion ?? ''].join('/');
    const since = this.#generations.get(key) ?? this.#clock.now();
    this.#generations.set(key, since);
    return since;
  }

  /** For how long the release under way has been at this version. */
  quiet(version: string): number {
    const now = this.#clock.now();
    if (this.#last?.version !== version) this.#last = { version, since: now };
    return now - this.#last.since;
  }
}

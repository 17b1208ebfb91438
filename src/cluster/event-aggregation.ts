import type { Event } from '../kubernetes/generated/core-v1.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import type { EventNote } from './event-recorder.js';

/** What to write for a note. */
export interface EventDecision {
  readonly key: string;
  readonly message: string;
  /** The Event to count up; a new one where it is undefined. */
  readonly repeats: Event | undefined;
}

interface Similar {
  readonly messages: Set<string>;
  since: number;
}

interface Budget {
  tokens: number;
  at: number;
}

const WINDOW = 600_000;
/** From this many different messages with one reason on, they are told as one Event. */
const DIFFERENT = 10;
/** New Events about one object at once, and how long one of them takes to come back. */
const BURST = 25;
const REFILL = 300_000;
const REMEMBERED = 4096;

/** Keeps Events few: repeats are counted, many similar ones become one, and one object cannot flood the server. */
export class EventAggregation {
  readonly #written = new Map<string, { event: Event; at: number }>();
  readonly #similar = new Map<string, Similar>();
  readonly #budgets = new Map<string, Budget>();
  #lastSuffix = 0;

  /** @param at milliseconds since the epoch @returns undefined when nothing is to be written */
  decide(about: KubernetesObject, { type, reason, message }: EventNote, at: number): EventDecision | undefined {
    const object = [about.kind, about.metadata.namespace, about.metadata.name, about.metadata.uid].join('/');
    const group = [object, type, reason].join('\n');
    const many = this.#countDifferent(group, message, at);
    const key = many ? group : `${group}\n${message}`;
    const known = this.#written.get(key);
    if (!this.#spend(object, at)) return undefined;
    return {
      key,
      message: many ? `(combined from similar events): ${message}` : message,
      repeats: known && at - known.at < WINDOW ? known.event : undefined,
    };
  }

  wrote(key: string, event: Event): void {
    this.#written.delete(key);
    this.#written.set(key, { event, at: event.lastTimestamp === undefined ? 0 : Date.parse(event.lastTimestamp) });
    forgetOldest(this.#written);
  }

  /** Names an Event unlike all others of this process, and in practice of any. */
  nextSuffix(at: number): string {
    // Thousands of steps a millisecond, as others name theirs after nanoseconds.
    this.#lastSuffix = Math.max(this.#lastSuffix + 1, Math.floor(at) * 1024);
    return this.#lastSuffix.toString(16);
  }

  #countDifferent(group: string, message: string, at: number): boolean {
    const known = this.#similar.get(group);
    const similar = known && at - known.since < WINDOW ? known : { messages: new Set<string>(), since: at };
    similar.since = at;
    if (similar.messages.size < DIFFERENT) similar.messages.add(message);
    this.#similar.delete(group);
    this.#similar.set(group, similar);
    forgetOldest(this.#similar);
    return similar.messages.size >= DIFFERENT;
  }

  #spend(object: string, at: number): boolean {
    const known = this.#budgets.get(object) ?? { tokens: BURST, at };
    const tokens = Math.min(BURST, known.tokens + (at - known.at) / REFILL);
    this.#budgets.delete(object);
    this.#budgets.set(object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at });
    forgetOldest(this.#budgets);
    return tokens >= 1;
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= REMEMBERED) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

import type { Role } from '../../model/version.js';

/** One Pod at one moment. */
export interface Said<V> {
  /** What tells the Pod from all others, also from those that had its name before: its uid, where it is known. */
  readonly pod: string;
  readonly role: Role;
  /** When it was made, in milliseconds since the epoch. */
  readonly created: number;
  /** Undefined when it was asked and gave no answer. */
  readonly value: V | undefined;
}

/** How raw counters of one kind are compared and added up. */
export interface Measure<V> {
  readonly zero: V;
  /** What was added between two readings of one Pod. */
  increase(before: V, now: V): V;
  plus(one: V, other: V): V;
}

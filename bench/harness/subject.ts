import type { Owner } from './owner.js';
import type { Table } from './table.js';

/** One thing that is measured: one table, or several of the same run. */
export interface Subject {
  /** What `make bench ONLY=…` is given. */
  readonly name: string;
  readonly title: string;
  /** What it measures and what it does not. */
  readonly about: string;
  /** @throws NotRun where a tool is missing or the machine did not get that far */
  measure(bench: Bench): Promise<Table | readonly Table[]>;
}

/** What a subject is given. */
export interface Bench {
  /** Ends whatever the subject has started, whether it succeeds or not. */
  readonly owner: Owner;
  /** Tells what goes on, on stderr. */
  note(text: string): void;
}

/** This machine cannot show it; no fault of the program. */
export class NotRun extends Error {
  override readonly name = 'NotRun';
}

/** A whole number from the environment. @throws Error for anything else */
export function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name] ?? '';
  if (text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name}="${text}" is no whole number above 0`);
  return value;
}

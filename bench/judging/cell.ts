import { percent } from '../harness/numbers.js';
import type { Table } from '../harness/table.js';
import { upper95 } from './bounds.js';
import type { RunEnd } from './run-judge.js';

/** One table of the bench. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  measure(bench: Bench): Table;
}

export interface Bench {
  readonly runs: number;
  readonly seed: number;
  /** Keeps a plot, by file name. */
  plot(name: string, svg: string): void;
}

/** So many runs, numbered from 0. */
export const repeat = <T>(runs: number, run: (number: number) => T): T[] => Array.from({ length: runs }, (_, number) => run(number));

/** A share and its upper 95 % bound: `0.40 % (≤ 0.91 %)`. */
export const bounded = (hits: number, runs: number): string => `${percent(hits / runs)} (≤ ${percent(upper95(hits, runs))})`;

export const count = (ends: readonly RunEnd[], outcome: RunEnd['outcome']): number => ends.filter((end) => end.outcome === outcome).length;

/** `12.3`, or `-` for none. */
export const short = (value: number): string => (Number.isFinite(value) ? (value >= 100 ? value.toFixed(0) : value.toFixed(1)) : '-');

/** 0.005 as `0.5 %`. */
export const rate = (part: number): string => `${Number((part * 100).toPrecision(3))} %`;

/** Seconds as `45 s` or `4.5 min`. */
export const duration = (seconds: number): string => (!Number.isFinite(seconds) ? '-' : seconds < 90 ? `${short(seconds)} s` : `${short(seconds / 60)} min`);

import { countMeasure, type RawCounts } from '../../metrics/windows/counts.js';
import type { Clock } from '../../ports/clock.js';
import type { CountBlock, Tally } from '../../statistics/counts.js';
import type { Halves } from './halves.js';

export interface SamplingOptions<Pod> {
  readonly halves: Halves<Pod>;
  /** What a Pod counted since it began. */
  readonly ask: (pod: Pod, signal: AbortSignal) => Promise<RawCounts>;
  readonly clock: Clock;
  /** Between two rounds, and for all of them, in milliseconds. */
  readonly every: number;
  readonly lasting: number;
  /** Ends it early, with what there is. */
  readonly signal: AbortSignal;
  /** Told after each round. */
  readonly onRound?: (blocks: number) => void;
}

/** What was seen of both halves. */
export interface Sampled<Pod> {
  readonly blocks: readonly CountBlock[];
  /** Pods that stopped answering, and why. */
  readonly lost: readonly { readonly pod: Pod; readonly why: string }[];
}

/** A Pod that has not answered for so many rounds is left out from there on. */
const PATIENCE = 5;
/** How long a round may take beyond its interval, in milliseconds. */
const LATE = 5000;

/**
 * Asks all Pods, round after round. A block is what all of them counted since the last round in which all answered: halves
 * are never compared over different times. Ends when a half has no Pod left.
 */
export async function sampleHalves<Pod>({ halves, ask, clock, every, lasting, signal, onRound }: SamplingOptions<Pod>): Promise<Sampled<Pod>> {
  const blocks: CountBlock[] = [];
  const lost: { pod: Pod; why: string }[] = [];
  const silent = new Map<Pod, number>();
  const left = (pods: readonly Pod[]): Pod[] => pods.filter((pod) => !lost.some((each) => each.pod === pod));
  let before: { readonly at: number; readonly counts: ReadonlyMap<Pod, RawCounts> } | undefined;
  const end = clock.monotonic() + lasting;
  for (let next = clock.monotonic(); !signal.aborted && next <= end; next = Math.max(next + every, clock.monotonic())) {
    if (!(await slept(clock, next - clock.monotonic(), signal))) break;
    const pods = left([...halves.stable, ...halves.canary]);
    const at = clock.now();
    const answers = await round(pods, ask, clock, every + LATE, signal);
    if (signal.aborted) break;
    const counts = new Map<Pod, RawCounts>();
    for (const { pod, counted, why } of answers) {
      if (counted) counts.set(pod, counted);
      const rounds = counted ? 0 : (silent.get(pod) ?? 0) + 1;
      silent.set(pod, rounds);
      if (rounds >= PATIENCE) lost.push({ pod, why });
    }
    const [stable, canary] = [left(halves.stable), left(halves.canary)];
    if (stable.length === 0 || canary.length === 0) break;
    if (![...stable, ...canary].every((pod) => counts.has(pod))) continue;
    const known = before;
    if (known && [...stable, ...canary].every((pod) => known.counts.has(pod))) {
      const risen = (some: readonly Pod[]): Tally => tallyOf(some.map((pod) => countMeasure.increase(known.counts.get(pod) ?? countMeasure.zero, counts.get(pod) ?? countMeasure.zero)));
      blocks.push({ at, seconds: (at - known.at) / 1000, stable: risen(stable), canary: risen(canary) });
    }
    before = { at, counts };
    onRound?.(blocks.length);
  }
  return { blocks, lost };
}

function tallyOf(counts: readonly RawCounts[]): Tally {
  const { requests, failures } = counts.reduce(countMeasure.plus, countMeasure.zero);
  return { requests, bad: failures };
}

interface Answered<Pod> {
  readonly pod: Pod;
  readonly counted?: RawCounts;
  readonly why: string;
}

/** Asks all at once; who does not answer in time has not answered. */
async function round<Pod>(pods: readonly Pod[], ask: SamplingOptions<Pod>['ask'], clock: Clock, patience: number, signal: AbortSignal): Promise<Answered<Pod>[]> {
  const over = new AbortController();
  const waiting = AbortSignal.any([signal, over.signal]);
  const late = slept(clock, patience, waiting).then((whole) => {
    if (whole) over.abort(new Error('it did not answer in time'));
  });
  try {
    return await Promise.all(pods.map(async (pod): Promise<Answered<Pod>> => {
      try {
        return { pod, counted: await ask(pod, waiting), why: '' };
      } catch (error) {
        return { pod, why: error instanceof Error ? error.message : String(error) };
      }
    }));
  } finally {
    over.abort();
    await late;
  }
}

/** @returns false when it was ended early */
const slept = (clock: Clock, milliseconds: number, signal: AbortSignal): Promise<boolean> => clock.sleep(Math.max(0, milliseconds), signal).then(() => true, () => false);

import type { RoutingProblem, Stage } from '../router.js';
import type { Acceptance } from './acceptance.js';

/** A problem as the sentence of a stage that waits for its end. */
export function sentence({ place, problem }: RoutingProblem): string {
  return `${place}: ${problem}`;
}

/** What a stage waits for: first that problems end, then that Istio takes its objects. */
export function barrier(problems: readonly RoutingProblem[], acceptances: readonly Acceptance[]): Pick<Stage, 'waitsFor' | 'waitsUntil'> {
  const [problem] = problems;
  if (problem) return { waitsFor: sentence(problem) };
  const waiting = acceptances.flatMap((each) => (each.accepted ? [] : [each]));
  const [first] = waiting;
  if (!first) return { waitsFor: undefined };
  const times = waiting.flatMap(({ waitsUntil }) => (waitsUntil === undefined ? [] : [waitsUntil]));
  return { waitsFor: first.waitsFor, ...(times.length === 0 ? {} : { waitsUntil: Math.min(...times) }) };
}

export function isReached({ writes, waitsFor }: Stage): boolean {
  return writes.length === 0 && waitsFor === undefined;
}

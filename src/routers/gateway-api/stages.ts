import type { RoutingProblem, Stage } from '../router.js';
import type { Acceptance } from './acceptance.js';

/** What a stage waits for: first that problems end, then that the parents take its objects. */
export function barrier(problems: readonly RoutingProblem[], acceptances: readonly Acceptance[]): Pick<Stage, 'waitsFor' | 'waitsUntil'> {
  const problem = problems.find(({ severity }) => severity !== 'warning');
  if (problem) return { waitsFor: `${problem.place}: ${problem.problem}` };
  const waiting = acceptances.flatMap((each) => (each.accepted ? [] : [each]));
  const first = waiting.find(({ waitsUntil }) => waitsUntil === undefined) ?? waiting[0];
  if (!first) return { waitsFor: undefined };
  return { waitsFor: first.waitsFor, ...(first.waitsUntil === undefined ? {} : { waitsUntil: Math.max(...waiting.map(({ waitsUntil = 0 }) => waitsUntil)) }) };
}

export const isReached = ({ writes, waitsFor }: Stage): boolean => writes.length === 0 && waitsFor === undefined;

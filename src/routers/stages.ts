import type { RoutingProblem, Stage } from './router.js';

/** Whether a routing product has taken over an object as it is now; else what is waited for, and a refusal where there is one. */
export type Acceptance =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      readonly waitsFor: string;
      /** Milliseconds since the epoch, where time alone ends it. */
      readonly waitsUntil?: number;
      readonly problem?: RoutingProblem;
    };

/** Whether nothing of a stage is left to do or to wait for. */
export function isReached({ writes, waitsFor }: Stage): boolean {
  return writes.length === 0 && waitsFor === undefined;
}

/** A problem as the sentence of a stage that waits for its end. */
export function sentence({ place, problem }: RoutingProblem): string {
  return `${place}: ${problem}`;
}

/** A stage that can do nothing but wait for the end of a problem. */
export function stoppedBy(problem: RoutingProblem, name: string): Stage {
  return { name, writes: [], waitsFor: sentence(problem) };
}

/** What a stage waits for: first that problems end, then that the product takes its objects over. */
export function barrier(problems: readonly RoutingProblem[], acceptances: readonly Acceptance[]): Pick<Stage, 'waitsFor' | 'waitsUntil'> {
  const problem = problems.find(({ severity }) => severity !== 'warning');
  if (problem) return { waitsFor: sentence(problem) };
  const waiting = acceptances.flatMap((each) => (each.accepted ? [] : [each]));
  const first = waiting.find(({ waitsUntil }) => waitsUntil === undefined) ?? waiting[0];
  if (!first) return { waitsFor: undefined };
  return { waitsFor: first.waitsFor, ...(first.waitsUntil === undefined ? {} : { waitsUntil: Math.max(...waiting.map(({ waitsUntil = 0 }) => waitsUntil)) }) };
}

/** A condition before it is written: the time of its last change is known only beside the object's present status. */
export interface WantedCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Why something is not as asked. `reason` is one of Gateway API's. */
export interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** True with `reason` when there is no problem, else False with the problem's own. */
export function conditionOf(type: string, reason: string, problem: Problem | undefined): WantedCondition {
  return problem === undefined ? { type, status: 'True', reason, message: '' } : { type, status: 'False', ...problem };
}

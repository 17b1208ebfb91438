/**
 * refused: the state of what it is about does not let it be said; forbidden: the caller may not create it; unvouched: no approval
 * counts on this cluster; taken: somebody else's word stands under its name; anonymous: the cluster does not say who calls.
 */
export type ApprovalProblem = 'refused' | 'forbidden' | 'unvouched' | 'taken' | 'anonymous';

/** Why something could not be said, in one sentence with the remedy. */
export class ApprovalError extends Error {
  override readonly name = 'ApprovalError';
  readonly problem: ApprovalProblem;

  constructor(problem: ApprovalProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

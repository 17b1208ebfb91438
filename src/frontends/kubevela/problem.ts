import type { PolicyProblem } from '../../model/policy-problem.js';

/** Something in an Application that cannot be run, where it stands, and what to do about it. */
export interface ApplicationProblem extends PolicyProblem {
  /** Way to the field, such as `['spec', 'components', 0, 'traits', 1, 'type']`. */
  readonly path: readonly (string | number)[];
}

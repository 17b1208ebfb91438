import { compileCondition } from './condition.js';
import { ConditionError, type Value } from './syntax.js';

/** What one measurement says. */
export interface Outcome {
  readonly phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
  /** Why, for an error. */
  readonly message?: string;
}

/**
 * What a measurement says by the conditions of its metric: without any it is a success; one alone also decides the other
 * way; of two the failure counts first, and where neither holds it is inconclusive.
 */
export function outcomeOf(result: Value, { successCondition = '', failureCondition = '' }: { readonly successCondition?: string | undefined; readonly failureCondition?: string | undefined }): Outcome {
  try {
    const succeeded = successCondition === '' ? undefined : compileCondition(successCondition).holds(result);
    const failed = failureCondition === '' ? undefined : compileCondition(failureCondition).holds(result);
    if (failed === undefined) return { phase: succeeded === false ? 'Failed' : 'Successful' };
    if (failed) return { phase: 'Failed' };
    return { phase: succeeded === false ? 'Inconclusive' : 'Successful' };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { phase: 'Error', message: error.message };
  }
}

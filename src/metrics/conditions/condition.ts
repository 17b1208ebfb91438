import { compileCondition } from '../../model/condition-expression.js';
import { CelError, type CelExpression } from '../../schema/cel/expression.js';
import { isRecord } from '../../schema/json.js';
import type { Measurement } from '../../statistics/conditions.js';

/** What conditions are asked of: what a query, a page or a Job came to. */
export type Result = number | boolean | string | null | readonly Result[] | { readonly [key: string]: Result };

export interface Conditions {
  readonly success?: string | undefined;
  readonly failure?: string | undefined;
}

/** What a measurement came to, and why, in a sentence. */
export interface Judged {
  readonly measurement: Measurement;
  readonly detail: string;
}

/** Elements of a list that expressions may go through, so that no expression takes long. */
const MOST_ELEMENTS = 1000;
/** Most characters of a result that are told. */
const MOST_SHOWN = 100;

/**
 * Conditions as Argo Rollouts reads them: with `success` alone anything else is a failure, with `failure` alone anything else a success;
 * with both, `failure` wins, and neither is inconclusive; with none, a result is a success. An expression that cannot be evaluated is an error.
 * @throws CelError for one that is no expression
 */
export function createCondition(conditions: Conditions): (result: Result) => Judged {
  const [success, failure] = [compiled(conditions.success), compiled(conditions.failure)];
  return (result) => {
    const shown = shownOf(result);
    if (Array.isArray(result) && result.length > MOST_ELEMENTS) return { measurement: 'error', detail: `the result has ${result.length} values; at most ${MOST_ELEMENTS} can be asked about` };
    const variables = { result: asCel(result) };
    try {
      const [good, bad] = [holds(success, variables), holds(failure, variables)];
      const measurement = bad ?? (good === undefined ? false : !good && failure === undefined) ? 'failure' : good ?? true ? 'success' : 'inconclusive';
      return { measurement, detail: reason(measurement, conditions, shown) };
    } catch (error) {
      const hint = Array.isArray(result) ? `; result is a list of ${result.length}` : '';
      return { measurement: 'error', detail: `result is ${shown}: ${error instanceof Error ? error.message : String(error)}${hint}` };
    }
  };
}

function reason(measurement: Measurement, { success, failure }: Conditions, shown: string): string {
  if (measurement === 'inconclusive') return `result is ${shown}: neither ${success} nor ${failure}`;
  if (measurement === 'failure') return `result is ${shown}: ${failure === undefined ? `not ${success}` : failure}`;
  if (success !== undefined) return `result is ${shown}: ${success}`;
  return failure === undefined ? `result is ${shown}` : `result is ${shown}: not ${failure}`;
}

const compiled = (source: string | undefined): CelExpression | undefined => (source === undefined ? undefined : compileCondition(source));

function holds(expression: CelExpression | undefined, variables: Readonly<Record<string, unknown>>): boolean | undefined {
  const answer = expression?.evaluate(variables);
  if (answer === undefined && expression === undefined) return undefined;
  if (typeof answer !== 'boolean') throw new CelError('no_bool', `${expression?.source ?? ''} is neither true nor false`);
  return answer;
}

/** All numbers are doubles, whole or not: a result that happens to be 1 must not be of another type than one of 0.99. */
function asCel(result: Result): unknown {
  if (Array.isArray(result)) return result.map((each: Result) => asCel(each));
  return isRecord(result) ? Object.fromEntries(Object.entries(result).map(([key, value]) => [key, asCel(value as Result)])) : result;
}

function shownOf(result: Result): string {
  const text = typeof result === 'number' ? String(Number(result.toPrecision(6))) : JSON.stringify(result);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

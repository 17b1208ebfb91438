import { CelError, compileCel } from '../../../schema/cel/expression.js';
import { celValue } from '../../../schema/cel/value.js';
import type { StepStatus } from '../status.js';
import type { PlannedStep } from './planned-workflow.js';

/** What an `if` may ask about. */
export interface ConditionContext {
  readonly status: ReadonlyMap<string, StepStatus>;
  /** Names of all steps; those that have not begun are `pending`. */
  readonly names: readonly string[];
  readonly context: Readonly<Record<string, unknown>>;
}

/** Whether a step is done; `problem` says why its condition cannot be told. */
export type Judged = { readonly holds: boolean; readonly problem?: undefined } | { readonly holds: false; readonly problem: string };

/** Judges a condition other than `always`. */
export function judgeCondition({ if: text = '' }: Pick<PlannedStep, 'if'>, { status, names, context }: ConditionContext): Judged {
  const steps = Object.fromEntries([...new Set([...names, ...status.keys()])].map((name) => [name, stepAsSeen(status.get(name))]));
  try {
    const value = compileCel(asCel(text), { variables: [...VARIABLES] }).evaluate({ status: celValue(steps, undefined), context: celValue(context, undefined), inputs: {} });
    return typeof value === 'boolean' ? { holds: value } : { holds: false, problem: `the condition ${text} is neither true nor false` };
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return { holds: false, problem: `the condition ${text} cannot be told: ${error.message.split('\n', 1)[0] ?? ''}` };
  }
}

const VARIABLES = ['status', 'context', 'inputs'] as const;

/** What is wrong with a condition, before anything has begun; undefined when it can be read. */
export function conditionProblem(text: string): string | undefined {
  if (text === '' || text === 'always') return undefined;
  try {
    compileCel(asCel(text), { variables: [...VARIABLES] });
    return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return error.message;
  }
}

/** The facts of a step, as conditions name them. */
function stepAsSeen(step: StepStatus | undefined): Record<string, unknown> {
  const { phase = 'pending', reason = '', message = '', id = '', name = '', type = '' } = step ?? {};
  return {
    id, name, type, phase, reason, message,
    failed: phase === 'failed',
    succeeded: phase === 'succeeded',
    skipped: phase === 'skipped',
    timeout: reason === 'Timeout',
    failedAfterRetries: reason === 'FailedAfterRetries',
    terminate: reason === 'Terminate',
  };
}

/**
 * Conditions are written in CUE. As far as they compare, CUE and CEL agree but for matching: `a =~ "b"` is `a.matches("b")`.
 * Strings are left as they are.
 */
export function asCel(text: string): string {
  const parts = text.split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/);
  let result = '';
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? '';
    const match = index % 2 === 0 ? /^(.*?)([\w.\]\[]+)\s*(=~|!~)\s*$/s.exec(part) : null;
    const pattern = parts[index + 1];
    // The subject may end in an index with a string in it, which is then a part of its own.
    if (match && pattern !== undefined) {
      const [, before = '', subject = '', operator] = match;
      const { start, rest } = subjectStart(result, before, subject);
      result = `${start}${operator === '!~' ? '!' : ''}${rest}.matches(${pattern})`;
      index++;
      continue;
    }
    result += part;
  }
  return result;
}

/** Divides what came before a match into what is not its subject, and the subject. */
function subjectStart(done: string, before: string, subject: string): { start: string; rest: string } {
  if (!subject.startsWith(']') || before !== '') return { start: `${done}${before}`, rest: subject };
  const open = /[\w.]+(?:\["[^"]*"\][\w.]*)*\["[^"]*"$/.exec(done);
  return open === null ? { start: `${done}${before}`, rest: subject } : { start: done.slice(0, open.index), rest: `${open[0]}${subject}` };
}

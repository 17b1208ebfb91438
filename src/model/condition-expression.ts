import { CelError, compileCel, type CelExpression } from '../schema/cel/expression.js';
import { kubernetesEnvironment } from '../schema/cel/function-library.js';

/** Only read; to set its functions up takes longer than to read an expression. */
const environment = conditionEnvironment();

/**
 * An expression over `result`, as conditions of metrics are: read by the checks of policies and asked by the collectors, so that
 * both take the same.
 * @throws CelError for one that is no expression
 */
export const compileCondition = (expression: string): CelExpression => compileCel(expression, { variables: ['result'], environment });

/** Why a condition cannot be read, in a line; undefined when it can. It may name `result` alone. */
export function conditionFault(expression: string): string | undefined {
  try {
    compileCondition(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return error.message.split('\n')[0]?.replace(/^ERROR: <input>:1:(\d+): /, 'at character $1: ').replace(" (in container '')", '');
  }
}

/** Numbers of any kind reckon with each other: nobody who writes `result * 100 > 95` means to be told of types. */
function conditionEnvironment(): ReturnType<typeof kubernetesEnvironment> {
  const own = kubernetesEnvironment();
  const reckon = { '+': (a: number, b: number) => a + b, '-': (a: number, b: number) => a - b, '*': (a: number, b: number) => a * b, '/': (a: number, b: number) => a / b } as const;
  for (const [operator, of] of Object.entries(reckon)) {
    own.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) => of(a, Number(b)));
    own.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) => of(Number(a), b));
  }
  return own;
}

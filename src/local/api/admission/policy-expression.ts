import { compileCel } from '../../../schema/cel/expression.js';
import { kubernetesEnvironment } from '../../../schema/cel/function-library.js';
import { type Authorizer, registerAuthorizer } from './authorizer.js';

/** What a policy's expressions may name. */
export interface PolicyBindings {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  readonly namespaceObject: unknown;
  /** The object that the policy takes its parameters from; null without one. */
  readonly params: unknown;
  readonly authorizer: Authorizer;
  /** The policy's own variables; each is computed when it is first asked for. */
  readonly variables: object;
  /** Holds the function `jsonpatch.escapeKey`. */
  readonly jsonpatch: object;
}

/** A compiled expression. @throws CelError when it cannot be evaluated */
export type Expression = (bindings: PolicyBindings) => unknown;

const VARIABLES = ['object', 'oldObject', 'request', 'namespaceObject', 'authorizer', 'variables', 'params', 'jsonpatch'];
const MOST_REMEMBERED = 1000;

/** Compiles the expressions of policies, each text once. */
export class PolicyCompiler {
  readonly #environment = registerAuthorizer(kubernetesEnvironment()).registerFunction(
    'dyn.escapeKey(string): string',
    (_receiver: unknown, text: string) => text.replaceAll('~', '~0').replaceAll('/', '~1'),
  );
  readonly #compiled = new Map<string, Expression>();

  /** @throws CelError with the place and reason when the expression is not valid */
  compile(expression: string): Expression {
    const known = this.#compiled.get(expression);
    if (known !== undefined) return known;
    const program = compileCel(expression, { variables: VARIABLES, environment: this.#environment });
    const compiled: Expression = (bindings) => program.evaluate({ ...bindings });
    if (this.#compiled.size >= MOST_REMEMBERED) this.#compiled.clear();
    this.#compiled.set(expression, compiled);
    return compiled;
  }
}

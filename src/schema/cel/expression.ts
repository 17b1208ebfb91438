import { type Environment, ParseError } from '@marcbachmann/cel-js';
import { isRecord } from '../json.js';
import { kubernetesEnvironment } from './function-library.js';
import { rewriteObjectLiterals } from './object-literals.js';
import { withHasOfElements, withOwnMethods } from './rewriting.js';

/** An expression that does not compile, or that failed when it was evaluated. */
export class CelError extends Error {
  override readonly name = 'CelError';
  /** Machine-readable kind of the failure, as the library names it, such as `no_such_key`. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** An expression, compiled once and evaluated many times. */
export interface CelExpression {
  readonly source: string;
  /** The syntax tree, in the form of the library. */
  readonly tree: unknown;
  /** Whether the expression reads this variable anywhere. */
  uses(variable: string): boolean;
  /** Integers of JSON must come as BigInt: see `celValue`. @throws CelError when the evaluation fails */
  evaluate(variables: Readonly<Record<string, unknown>>): unknown;
}

/** Where an expression may look. */
export interface CelOptions {
  /** Names of the variables it may read; others are an error. Without it, any. */
  readonly variables?: readonly string[];
  /** Shared between expressions so that its functions are set up once. */
  readonly environment?: Environment;
}

/**
 * Compiles an expression with Kubernetes' function library.
 * @throws CelError worded as Kubernetes words it, with the place: `ERROR: <input>:1:8: Syntax error: …`
 */
export function compileCel(expression: string, { variables, environment = kubernetesEnvironment() }: CelOptions = {}): CelExpression {
  const text = withHasOfElements(withOwnMethods(rewriteObjectLiterals(expression)));
  const parsed = parse(environment, text, expression);
  const names = new Set<string>();
  collectNames(parsed.ast, names, new Set());
  const unknown = variables === undefined ? undefined : [...names].find((name) => !variables.includes(name) && !KNOWN.has(name));
  if (unknown !== undefined) {
    const at = Math.max(0, expression.search(new RegExp(`\\b${unknown}\\b`)));
    throw new CelError('unknown_variable', located(`undeclared reference to '${unknown}' (in container '')`, expression, at));
  }
  return {
    source: expression,
    tree: parsed.ast,
    uses: (variable) => names.has(variable),
    evaluate: (values) => {
      try {
        return parsed({ ...values });
      } catch (error) {
        throw evaluationError(error);
      }
    },
  };
}

const KNOWN: ReadonlySet<string> = new Set(['sets', 'math', 'optional', 'google', 'cel', 'int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type', 'dyn']);

function parse(environment: Environment, text: string, source: string): ReturnType<Environment['parse']> {
  try {
    return environment.parse(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw new CelError('parse_error', error instanceof Error ? error.message : String(error), error);
    const at = Math.min(error.range?.start ?? 0, source.length);
    throw new CelError(error.code, located(`Syntax error: ${syntaxDetail(error.summary, source, at)}`, source, at), error);
  }
}

function syntaxDetail(summary: string, source: string, at: number): string {
  const char = /^Unexpected character: (.*)$/.exec(summary)?.[1];
  if (char !== undefined) return `token recognition error at: '${char}'`;
  return at >= source.length ? `no viable alternative at input '${/\S$/.exec(source.trimEnd())?.[0] ?? '<EOF>'}'` : summary;
}

/** A message with its line and column and the line itself. @param offset characters from the start */
export function located(message: string, source: string, offset: number): string {
  const before = source.slice(0, offset).split('\n');
  const line = before.length;
  const column = before.at(-1)?.length ?? 0;
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${source.split('\n')[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`;
}

function evaluationError(error: unknown): CelError {
  if (error instanceof CelError) return error;
  const fields: unknown = error;
  const { code, summary } = typeof fields === 'object' && fields !== null ? { code: Reflect.get(fields, 'code'), summary: Reflect.get(fields, 'summary') } : {};
  const message = error instanceof Error ? error.message : String(error);
  const text = typeof summary === 'string' ? summary : message;
  const key = /^No such key: (.*)$/.exec(text)?.[1];
  return new CelError(typeof code === 'string' ? code : 'evaluation_error', key === undefined ? text : `no such key: ${key}`, error);
}

/** The names of the variables that a syntax tree reads; variables of macros are not counted. */
function collectNames(node: unknown, names: Set<string>, bound: ReadonlySet<string>): void {
  if (Array.isArray(node)) {
    for (const each of node) collectNames(each, names, bound);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const [op, args]: [unknown, unknown] = [Reflect.get(node, 'op'), Reflect.get(node, 'args')];
  if (op === 'id' && typeof args === 'string') {
    if (!bound.has(args)) names.add(args);
    return;
  }
  if (op === 'value') return;
  collectNames(args, names, op === 'rcall' ? withMacroVariables(args, bound) : bound);
}

const MACROS: ReadonlySet<unknown> = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind', 'optMap', 'optFlatMap', 'sortBy']);

function withMacroVariables(args: unknown, bound: ReadonlySet<string>): ReadonlySet<string> {
  if (!Array.isArray(args) || !MACROS.has(args[0]) || !Array.isArray(args[2])) return bound;
  const [first]: unknown[] = args[2];
  const name: unknown = isRecord(first) || typeof first === 'object' ? Reflect.get(Object(first), 'args') : undefined;
  return typeof name === 'string' ? new Set([...bound, name]) : bound;
}

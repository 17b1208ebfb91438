/** A value of a condition: what JSON can hold, and the numbers that it cannot. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

/** A node of a condition; `at` counts characters from its start. */
export type Node = { readonly at: number } & (
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'element'; readonly of: 'item' | 'acc' | 'index' }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Node])[] }
  | { readonly kind: 'unary'; readonly operator: 'not' | '-' | '+'; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly test: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'member'; readonly of: Node; readonly key: Node; readonly optional: boolean }
  | { readonly kind: 'slice'; readonly of: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly body: Node }
);

export type BinaryOperator =
  | 'or' | 'and' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'matches' | 'contains' | 'startsWith' | 'endsWith' | '..' | '+' | '-' | '*' | '/' | '%' | '**' | '??';

/** A condition that cannot be read, or whose evaluation failed. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  /** Characters from the start of the condition. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/**
 * Objects with holes in them, which are filled in from values: by us (`fill.ts`), or by Helm (`helm-text.ts`). What an
 * installation consists of is written down once, in these words, and means the same in both.
 */
export type Node = Literal | Hole | Text | When | readonly Node[] | { readonly [key: string]: Node };
export type Literal = string | number | boolean | null;

/** Where a value comes from: a path into the values, or what every installation has besides. */
export type Source = string | Installed;

/** What an installation knows besides its values. */
export class Installed {
  readonly what: 'namespace' | 'managedBy' | 'version';

  constructor(what: Installed['what']) {
    this.what = what;
  }
}

/** A value as it is, of whatever shape. */
export class Hole {
  readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }
}

/** Strings and values as one string. A whole number stays one. */
export class Text {
  readonly parts: readonly (string | TextHole)[];

  constructor(parts: Text['parts']) {
    this.parts = parts;
  }
}

/** A value in a text; `else` stands in for an empty one, `required` refuses it with this message. */
export interface TextHole {
  readonly source: Source;
  readonly as: 'string' | 'integer';
  readonly else?: Source;
  readonly required?: string;
}

/** Something that is there only under a condition: an object, an entry of a map, an item of a list, or a part of a text. */
export class When {
  readonly condition: Condition;
  readonly then: Node;
  readonly else: Node | undefined;

  constructor(condition: Condition, then: Node, otherwise?: Node) {
    this.condition = condition;
    this.then = then;
    this.else = otherwise;
  }
}

/** As a key of a map: all entries of a map out of the values, after the others. */
export const REST = '...';

/** A value is set when it is not `false`, 0, empty or missing. A kind is served, as far as is known, as `group/version/Kind`. */
export type Condition = { readonly set: string } | { readonly is: readonly [path: string, value: string] } | { readonly served: string } | { readonly any: readonly Condition[] } | { readonly not: Condition } | { readonly all: readonly Condition[] };

export const set = (path: string): Condition => ({ set: path });
export const not = (condition: Condition): Condition => ({ not: condition });
export const any = (...conditions: Condition[]): Condition => ({ any: conditions });
export const is = (path: string, value: string): Condition => ({ is: [path, value] });
export const served = (kind: string): Condition => ({ served: kind });
export const all = (...conditions: Condition[]): Condition => ({ all: conditions });
export const hole = (source: Source): Hole => new Hole(source);
export const when = (condition: Condition, then: Node, otherwise?: Node): When => new When(condition, then, otherwise);
/** An entry that is left out where its value is empty. */
export const ifSet = (path: string): When => new When(set(path), new Hole(path));
export const text = (...parts: Text['parts']): Text => new Text(parts);
export const integer = (source: Source): TextHole => ({ source, as: 'integer' });
export const string = (source: Source): TextHole => ({ source, as: 'string' });

export const NAMESPACE = new Installed('namespace');
export const MANAGER = new Installed('managedBy');
export const VERSION = new Installed('version');

export const isMap = (node: Node): node is { readonly [key: string]: Node } =>
  typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Hole) && !(node instanceof Text) && !(node instanceof When);

/** One sentence in both languages; `{name}` stands for an argument. */
export interface Template {
  readonly id: string;
  readonly en: string;
  readonly zh: string;
}

/** What an English sentence was recognised as. */
export interface Recognised {
  readonly id: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly zh: string;
}

interface Pattern extends Template {
  readonly prefix: string;
  readonly suffix: string;
  readonly expression: RegExp;
  readonly names: readonly string[];
  /** How many characters are not arguments: the more, the surer it is the one that was meant. */
  readonly literal: number;
}

/** A template that says less than this of its own would be recognised in anything. */
const LEAST_LITERAL = 3;
/** Sentences repeat; so many are kept, and then all are forgotten. */
const KEPT = 5_000;
/** Arguments that may stand right before another one: numbers, and times such as `30s`. */
const SHAPES: Readonly<Record<string, string>> = { given: '\\d*', wanted: '\\d*', ready: '\\d*', limit: '[\\d.a-z]*' };
/** Sentences within sentences within sentences, and no deeper. */
const DEPTH = 4;

/**
 * Finds out which sentence of a catalogue an English text is, and says it in Chinese. Statuses hold sentences and not codes, so
 * that kubectl shows them; this is the way back.
 */
export class Recogniser {
  /** By the first character of what they begin with, in order; those that begin with an argument are in each of them. */
  readonly #patterns: ReadonlyMap<string, readonly Pattern[]>;
  readonly #openPatterns: readonly Pattern[];
  readonly #known = new Map<string, Recognised | undefined>();

  constructor(templates: readonly Template[]) {
    const patterns = templates.map(patternOf).filter(({ literal }) => literal >= LEAST_LITERAL).sort((a, b) => b.literal - a.literal);
    const firsts = new Set(patterns.map(({ prefix }) => prefix.slice(0, 1)));
    this.#patterns = new Map([...firsts].map((first) => [first, patterns.filter(({ prefix }) => prefix === '' || prefix.startsWith(first))]));
    this.#openPatterns = patterns.filter(({ prefix }) => prefix === '');
  }

  /** Undefined where no template fits. */
  recognise(text: string): Recognised | undefined {
    return this.#find(text, 0);
  }

  /** A text in Chinese: as a whole, or else sentence by sentence; what is in no catalogue stays as it is. */
  zh(text: string): string {
    return this.#zh(text, 0);
  }

  #zh(text: string, depth: number): string {
    const whole = this.#find(text, depth);
    if (whole) return whole.zh;
    const parts = sentencesIn(text);
    return parts.length === 1 ? text : parts.map((part) => this.#find(part, depth)?.zh ?? part).join('');
  }

  #find(text: string, depth: number): Recognised | undefined {
    if (text === '') return undefined;
    if (this.#known.has(text)) return this.#known.get(text);
    const found = this.#match(text, depth);
    if (this.#known.size >= KEPT) this.#known.clear();
    this.#known.set(text, found);
    return found;
  }

  #match(text: string, depth: number): Recognised | undefined {
    for (const { id, zh, prefix, suffix, expression, names } of this.#patterns.get(text.slice(0, 1)) ?? this.#openPatterns) {
      if (!text.startsWith(prefix) || !text.endsWith(suffix)) continue;
      const match = expression.exec(text);
      if (!match) continue;
      const given = Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']));
      const said = (name: string): string => {
        const value = given[name] ?? '';
        return depth >= DEPTH || value === text ? value : this.#zh(value, depth + 1);
      };
      return { id, arguments: given, zh: zh.replace(/\{(\w+)\}/g, (_, name: string) => said(name)) };
    }
    return undefined;
  }
}

/** The sentences of a text, one after the other. */
export const sentencesIn = (text: string): string[] => text.split(/(?<=[.!?]) (?=[A-Z])/);

function patternOf(template: Template): Pattern {
  const parts = template.en.split(/\{(\w+)\}/);
  const literals = parts.filter((_, index) => index % 2 === 0);
  const source = parts.map((part, index) => (index % 2 === 0 ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(${SHAPES[part] ?? '[\\s\\S]*?'})`)).join('');
  return {
    ...template,
    prefix: literals[0] ?? '',
    suffix: literals.at(-1) ?? '',
    expression: new RegExp(`^${source}$`),
    names: parts.filter((_, index) => index % 2 === 1),
    literal: literals.join('').replace(/[\s.:;,()]/g, '').length,
  };
}

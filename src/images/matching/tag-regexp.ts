import { compilePattern, type Pattern } from '../../schema/pattern/pattern.js';
import { TagRuleError } from './tag-rule-error.js';

/** Which tags a regular expression finds, and what of them order goes by. */
export interface TagRegexp {
  /** What the group `compare` stands for, the whole tag without such a group; undefined for a tag that it does not find. */
  keyOf(tag: string): string | undefined;
}

/** The three parts of a pattern around its group `compare`. */
interface Parts {
  readonly before: string;
  readonly compare: string;
  readonly after: string;
}

/**
 * Reads a regular expression in RE2's syntax, which takes time linear in the tag whatever it says; so has no look-around and no
 * back-references. As in Keel it is searched for anywhere in the tag: ^ and $ tie it down.
 * @throws TagRuleError for one that cannot be used
 */
export function compileRegexp(source: string): TagRegexp {
  const whole = compiled(source);
  const parts = partsOf(source);
  if (!parts) return { keyOf: (tag) => (whole.test(tag) ? tag : undefined) };
  // Which way the whole pattern went is not known, so each part is asked for by itself, where it has to stand.
  const [flags = ''] = /^\(\?[a-zA-Z]+\)/.exec(parts.before) ?? [];
  const before = compiled(`${flags}(?:${parts.before.slice(flags.length)})$`);
  const compare = compiled(`${flags}^(?:${parts.compare})$`);
  const after = compiled(`${flags}^(?:${parts.after})`);
  const find = (tag: string): string | undefined => {
    if (!whole.test(tag)) return undefined;
    const places = Array.from({ length: tag.length + 1 }, (_, index) => index);
    const ends = places.filter((end) => after.test(tag.slice(end))).reverse();
    for (const start of places.filter((each) => before.test(tag.slice(0, each)))) {
      const end = ends.find((each) => each >= start && compare.test(tag.slice(start, each)));
      if (end !== undefined) return tag.slice(start, end);
    }
    return undefined;
  };
  // Choosing the highest of many tags asks for each several times.
  const known = new Map<string, string | undefined>();
  return {
    keyOf(tag) {
      if (!known.has(tag)) known.set(tag, find(tag));
      return known.get(tag);
    },
  };
}

function compiled(source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    throw new TagRuleError(`is no regular expression: ${error instanceof Error ? error.message : String(error)}`, 'Write it in the syntax of RE2.');
  }
}

/** @throws TagRuleError where the group stands in another one, beside a choice, or is repeated */
function partsOf(source: string): Parts | undefined {
  const open = /\(\?P?<compare>/.exec(source);
  if (!open) return undefined;
  const misplaced = (): TagRuleError => new TagRuleError('has the group compare inside of another group, beside | or repeated', 'Put it on the highest level, once, as in ^build-(?P<compare>[0-9]+)$.');
  let depth = 0;
  let inClass = false;
  let end: number | undefined;
  for (let at = 0; at < source.length; at++) {
    const char = source[at];
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') {
      if (at === open.index && depth > 0) throw misplaced();
      depth++;
    } else if (char === ')') {
      depth--;
      if (depth === 0 && end === undefined && at > open.index) end = at;
    } else if (char === '|' && depth === 0) throw misplaced();
  }
  if (end === undefined) throw misplaced();
  const after = source.slice(end + 1);
  if (/^[*+?{]/.test(after)) throw misplaced();
  return { before: source.slice(0, open.index), compare: source.slice(open.index + open[0].length, end), after };
}

import { compilePattern, PatternError, type Pattern } from '../../schema/pattern/pattern.js';
import { TagRuleError } from './tag-rule-error.js';

/** What tags are made of, and * ? {a,b} [a-z]. */
const ALLOWED = /^[\w.*?{},[\]!^-]+$/;

/**
 * Tells which tags a glob such as `build-*` or `{main,next}-[0-9]*` matches, whole. Patterns come from whoever may write a
 * policy and are tried on every tag of a registry, so they run on a machine that takes time linear in the tag; what libraries
 * make of globs are regular expressions that backtrack.
 * @throws TagRuleError for one that cannot be used
 */
export function compileGlob(glob: string): (tag: string) => boolean {
  if (!ALLOWED.test(glob)) throw new TagRuleError('has characters that are in no tag and stand for none', 'Write * ? {a,b} or [a-z], or a regexp.');
  const pattern = compiled(translated(glob));
  return (tag) => pattern.test(tag);
}

function compiled(expression: string): Pattern {
  try {
    return compilePattern(`^(?:${expression})$`);
  } catch (error) {
    if (error instanceof PatternError) throw new TagRuleError('has a range in brackets that goes backwards', 'Write it as in [a-z].');
    throw error;
  }
}

/** As a regular expression. @throws TagRuleError */
function translated(glob: string): string {
  const unclosed = new TagRuleError('has a bracket that is not closed', 'Close it, or write a regexp.');
  let text = '';
  let depth = 0;
  for (let at = 0; at < glob.length; at++) {
    const char = glob.charAt(at);
    if (char === '[') {
      const [whole, negated = '', members = ''] = /^\[([!^]?)([\w.-]+)\]/.exec(glob.slice(at)) ?? [];
      if (whole === undefined) throw unclosed;
      text += `[${negated === '' ? '' : '^'}${members}]`;
      at += whole.length - 1;
    } else if (char === '{') {
      if (/^\{[^{},]*\.\.[^{},]*\}/.test(glob.slice(at))) throw new TagRuleError('has a range in braces, which is not known here', 'Name each, as in {1,2,3}, or write a regexp.');
      text += '(?:';
      depth++;
    } else if (char === '}') {
      if (depth-- === 0) throw unclosed;
      text += ')';
    } else if (char === ',' && depth > 0) text += '|';
    else if (char === '*') text += '.*';
    else if (char === '?') text += '.';
    else text += /\w/.test(char) ? char : `\\${char}`;
  }
  if (depth > 0) throw unclosed;
  return text;
}

import { Scalar, visit, type Document, type YAMLError } from 'yaml';
import type { ManifestProblem } from './problem.js';
import type { SourceText } from './source-text.js';

/** What usually helps, by the parser's code for an error. */
const remedies: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'name an anchor (&name) that stands before it',
  BAD_DQ_ESCAPE: "use single quotes, or write the backslash twice",
  BAD_INDENT: 'indent it as its neighbours are, or close the bracket before it',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'start a new line for the second key with the indentation of its neighbours, or put a value that has ": " in it in quotes',
  BLOCK_IN_FLOW: 'inside [ ] and { } write items with commas, without dashes',
  KEY_OVER_1024_CHARS: 'shorten the key, or look for a missing quote before it',
  MISSING_CHAR: 'add what is missing; often a quote or bracket is left open further up',
  MULTILINE_IMPLICIT_KEY: 'write ":" after the key on its own line, or put text of several lines in a block (key: |)',
  MULTIPLE_ANCHORS: 'leave one anchor',
  TAB_AS_INDENT: 'indent with spaces',
  TAG_RESOLVE_FAILED: 'leave the tag (!…) out',
  UNEXPECTED_TOKEN: 'look at the indentation here and on the line before, and for a missing ":", quote or comma',
};

/** The errors of one document, one a line: what follows on the same line comes from the first. */
export function syntaxProblems(source: SourceText, document: Document): ManifestProblem[] {
  const problems = document.errors.map((error) => syntaxProblem(source, error, document));
  return problems.filter(({ line }, index) => problems.findIndex((other) => other.line === line) === index);
}

function syntaxProblem(source: SourceText, { code, message, pos: [end] }: YAMLError, document: Document): ManifestProblem {
  const offset = code === 'MISSING_CHAR' && message.startsWith('Missing closing') ? (openQuote(document) ?? end) : pastSpace(source.text, end);
  const line = source.lineText(source.positionOf(offset).line);
  if (message.startsWith('A block sequence may not be used as an implicit map key')) {
    return source.problem(offset, 'a list item where a key is expected', line.includes('{{') ? TEMPLATE_REMEDY : 'indent the dash exactly as the other items of its list are');
  }
  const remedy = line.includes('{{') ? TEMPLATE_REMEDY : (remedies[code] ?? 'correct the line');
  const [first = ''] = message.split('\n');
  return source.problem(offset, plain(first), remedy);
}

/** What is wrong with empty space is what follows it. */
function pastSpace(text: string, offset: number): number {
  const length = text.slice(offset).search(/\S/);
  return length > 0 && /[\r\n]/.test(text.slice(offset, offset + length)) ? offset + length : offset;
}

/** Where the last quoted text begins: an open quote takes in all that follows, and the parser names only the end of it. */
function openQuote(document: Document): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Scalar: (_, scalar) => {
      if (scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE) offset = scalar.range?.[0];
    },
  });
  return offset;
}

/** What to do with a template that was not rendered. */
export const TEMPLATE_REMEDY = 'this looks like a template: render it first (helm template, envsubst)';

/** The parser's own words where they are clear, ours where they are of its making. */
function plain(message: string): string {
  const unexpected = /^Unexpected (?:flow-)?(\S+?)(?:-ind)? token in YAML stream: (".*")/.exec(message);
  if (unexpected) return `${unexpected[2] ?? ''} is not expected here`;
  if (message === 'Nested mappings are not allowed in compact mappings') return 'a second "key:" on the same line, or a line indented too far';
  if (message.startsWith('Implicit keys need to be on a single line')) return 'a key without ":" on its line';
  if (message === 'Unexpected scalar at node end') return 'text is not expected here';
  if (/^Flow (?:sequence|map) in block collection must be sufficiently indented/.test(message)) return 'a [ or { is not closed, or the line after it is not indented';
  if (message === 'Missing closing "quote') return 'a double quote is never closed';
  if (message === "Missing closing 'quote") return 'a single quote is never closed';
  return message.charAt(0).toLowerCase() + message.slice(1);
}

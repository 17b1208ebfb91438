import { LineCounter } from 'yaml';
import type { ManifestProblem, Position } from './problem.js';

/** A text, or one document of it, whose places can be named. */
export class SourceText {
  readonly file: string;
  readonly #whole: string;
  /** Where this document begins in the whole text. */
  readonly #start: number;
  readonly #end: number;
  readonly #counter: LineCounter;

  constructor(file: string, whole: string, part: { readonly start: number; readonly end: number } = { start: 0, end: whole.length }, counter = countLines(whole)) {
    this.file = file;
    this.#whole = whole;
    this.#start = part.start;
    this.#end = part.end;
    this.#counter = counter;
  }

  get text(): string {
    return this.#whole.slice(this.#start, this.#end);
  }

  /**
   * The documents, cut at lines that begin with `---`: such a line ends a document whatever is open in it, so that an error
   * in one does not swallow the next. A text with directives (`%YAML`) stays whole.
   */
  documents(): SourceText[] {
    if (/^%/m.test(this.#whole)) return [this];
    const starts = [0, ...[...this.#whole.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index)].filter((start, index, all) => index === 0 || start !== all[index - 1]);
    return starts.map((start, index) => new SourceText(this.file, this.#whole, { start, end: starts[index + 1] ?? this.#whole.length }, this.#counter));
  }

  /** @param offset in this document */
  positionOf(offset: number): Position {
    const { line, col } = this.#counter.linePos(Math.min(this.#start + offset, this.#end));
    return { line, column: col };
  }

  /** A problem at an offset of this document. */
  problem(offset: number, message: string, remedy: string, severity: ManifestProblem['severity'] = 'error'): ManifestProblem {
    const position = this.positionOf(offset);
    return { file: this.file, ...position, severity, message, remedy, text: this.lineText(position.line) };
  }

  lineText(line: number): string {
    const start = this.#counter.lineStarts[line - 1] ?? this.#whole.length;
    const next = this.#counter.lineStarts[line] ?? this.#whole.length + 1;
    return this.#whole.slice(start, next - 1).replace(/\r$/, '');
  }
}

function countLines(text: string): LineCounter {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) counter.addNewLine(end + 1);
  return counter;
}

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong at one place of a manifest. */
export interface ManifestProblem extends Position {
  readonly file: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly remedy: string;
  /** The text of the line, without its end. */
  readonly text: string;
}

/** What is said of an object by someone who does not know where it was written. */
export interface ObjectProblem {
  /** `spec.steps[0].weight` or `/spec/steps/0/weight`. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
  /** `error` when absent. */
  readonly severity?: 'error' | 'warning';
}

/**
 * `file:line:column: message`, below it the remedy and the line with a mark under the place. Long lines are cut around it.
 */
export function describeProblem({ file, line, column, severity, message, remedy, text }: ManifestProblem): string {
  const head = `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}${message}`;
  const cut = Math.max(0, column - 80);
  const shown = text.slice(cut, cut + 120);
  const gutter = `${line} | `;
  // Tabs stay tabs, so that the mark stands under its place whatever their width.
  const pad = text.slice(cut, column - 1).replace(/[^\t]/g, ' ');
  return [head, ...(remedy === '' ? [] : [`  ${remedy}`]), ...(text.trim() === '' ? [] : [`  ${gutter}${shown}`, `  ${' '.repeat(gutter.length)}${pad}^`])].join('\n');
}

/** In the order in which a reader meets them. */
export function inReadingOrder(problems: readonly ManifestProblem[]): ManifestProblem[] {
  return [...problems].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
}

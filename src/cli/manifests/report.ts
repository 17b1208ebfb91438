import { describeProblem, type ManifestProblem } from '../../manifests/problem.js';
import { plural } from '../output/quantities.js';

/** How many errors there are, and in how many files. */
export function summaryOf(problems: readonly ManifestProblem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const files = new Set(errors.map(({ file }) => file));
  return `${plural(errors.length, 'problem')} in ${files.size === 1 ? [...files].join('') : `${files.size} files`}`;
}

/** The text of each problem, with an empty line between. */
export const problemTexts = (problems: readonly ManifestProblem[]): string => problems.map(describeProblem).join('\n\n');

export const hasErrors = (problems: readonly ManifestProblem[]): boolean => problems.some(({ severity }) => severity === 'error');

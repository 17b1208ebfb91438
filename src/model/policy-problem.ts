/** Something in a manifest that cannot be run, where it stands, and what to do about it. */
export interface PolicyProblem {
  /** Way to the field: names and indexes. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly remedy: string;
}

/** `spec.strategy.canary.steps[2].weight` */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

export const formatProblem = ({ path, problem, remedy }: PolicyProblem): string => `${formatPath(path)}: ${problem} ${remedy}`;

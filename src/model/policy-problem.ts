/** Something in a manifest that cannot be run, where it stands, and what to do about it. */
export interface PolicyProblem {
  /** Way to the field: names and indexes. */
  readonly path: readonly (string | number)[];
  readonly problem: string;
  /** Empty where the problem says it all. */
  readonly remedy: string;
  /** `error` when absent. What a warning names works, but not as one might think. */
  readonly severity?: 'error' | 'warning';
}

/** `spec.strategy.canary.steps[2].weight` */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/** Reads a path as Kubernetes writes it: `spec.steps[0].weight`; a key in brackets may hold dots. */
export function parsePath(text: string): (string | number)[] {
  return [...text.matchAll(/\[([^\]]*)\]|([^.[]+)/g)].map(([, bracketed, plain = '']) => (bracketed === undefined ? plain : /^\d+$/.test(bracketed) ? Number(bracketed) : bracketed));
}

export const formatProblem = ({ path, problem, remedy }: PolicyProblem): string => [`${formatPath(path)}: ${problem}`, remedy].filter((part) => part !== '').join(' ');

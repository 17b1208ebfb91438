import { nearestName } from '../../../model/suggestion.js';
import type { Component } from '../application.js';
import type { ApplicationProblem } from '../problem.js';

export type Path = ApplicationProblem['path'];

/** A component whose own fields are right, and where it stands. */
export interface CheckedComponent {
  readonly component: Component;
  readonly path: Path;
}

/** `a, b and c` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** The problem of a type that there is none of. @param kind such as `trait` */
export function unknownType(path: Path, kind: string, type: string, known: readonly string[]): ApplicationProblem {
  const meant = nearestName(type, known);
  return { path: [...path, 'type'], problem: `there is no ${kind} of the type "${type}" here.`, remedy: meant === undefined ? `There ${known.length === 1 ? 'is' : 'are'} ${listed(known)}.` : `Did you mean ${meant}?` };
}

/** Problems of names that stand there twice. */
export function duplicates<T>(items: readonly T[], nameOf: (item: T) => string | undefined, pathOf: (item: T) => Path, what: string): ApplicationProblem[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const name = nameOf(item);
    if (name === undefined) return [];
    if (seen.has(name)) return [{ path: pathOf(item), problem: `there is another ${what} "${name}" before it.`, remedy: 'Remove one, or give it another name.' }];
    seen.add(name);
    return [];
  });
}

/** Names on ways that lead back to themselves, each once. @param next who a name waits for */
export function inCircle(names: readonly string[], next: (name: string) => readonly string[]): string[] {
  return names.filter((start) => {
    const seen = new Set<string>();
    const open = [...next(start)];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === start) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...next(at));
    }
    return false;
  });
}

import type { Action, Verb } from '../api/types.js';

/** Abort comes first, always in the same place; then what somebody is most likely asked for. */
const ORDER: readonly Verb[] = ['abort', 'approve', 'reject', 'resume', 'promote', 'pause', 'rollback', 'retry', 'promoteFull'];

/** Actions as they are laid out. */
export interface ArrangedActions {
  /** Those in plain view: allowed now. */
  readonly main: readonly Action[];
  /** Behind "more": what is rarely meant, and what is not possible now, with the reason. */
  readonly more: readonly Action[];
}

/** Sorts the actions of a release into those in plain view and the rest. */
export function arrangeActions(actions: readonly Action[]): ArrangedActions {
  const sorted = actions.filter(({ verb }) => ORDER.includes(verb)).sort((a, b) => ORDER.indexOf(a.verb) - ORDER.indexOf(b.verb));
  const inView = ({ verb, allowed }: Action): boolean => allowed && verb !== 'promoteFull';
  return { main: sorted.filter(inView), more: sorted.filter((action) => !inView(action)) };
}

/** Whether somebody can give a reason with it. */
export const takesComment = (verb: Verb): boolean => verb === 'approve' || verb === 'reject' || verb === 'abort';

/** Whether it takes the new version away from users, or leads where nobody judges any more. */
export const isDangerous = (verb: Verb): boolean => verb === 'abort' || verb === 'reject' || verb === 'rollback' || verb === 'promoteFull';

import type { EjectAction } from '../../controller/eject/view.js';

/** What comes next on the way over: a write, a wait, a reason why not, or the end. */
export type AdoptAction = EjectAction;

/** One step of an adoption. Steps stand in order; each is found again from what stands there. */
export interface AdoptStep {
  /** What is so when it is done, for people. */
  readonly title: string;
  /** What is to be done for it now; undefined when it is done. */
  readonly next: () => AdoptAction | undefined;
}

/** The action of the first step that is not done. */
export function nextAction(steps: readonly AdoptStep[]): AdoptAction {
  for (const { next } of steps) {
    const action = next();
    if (action) return action;
  }
  return { do: 'done' };
}

/** The first thing that is found, asked one after the other. */
export function first<T>(items: readonly T[], ask: (item: T) => AdoptAction | undefined): AdoptAction | undefined {
  for (const item of items) {
    const action = ask(item);
    if (action) return action;
  }
  return undefined;
}

export const wait = (waitsFor: string): AdoptAction => ({ do: 'wait', waitsFor });

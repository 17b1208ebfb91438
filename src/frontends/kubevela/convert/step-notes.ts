import type { Application } from '../application.js';
import type { ConversionNote } from '../../conversion/notes.js';
import { stepsOf, type PlacedStep } from '../rollout-steps.js';

/** What becomes of the steps of a workflow that are no batches and no pauses. */
export function stepNotes(app: Application): ConversionNote[] {
  const steps = stepsOf(app);
  return steps.flatMap((each) => [...ofType(each, steps), ...ofFields(each)]);
}

function ofType({ step, path }: PlacedStep, steps: readonly PlacedStep[]): ConversionNote[] {
  switch (step.type) {
    case 'canary-rollback': return [{ path, note: 'Taking a version back is a command: serin rollback, or serin abort while the release is under way.' }];
    case 'apply-component': return [{ path, note: 'A policy applies nothing: apply what belongs to the component yourself.' }];
    case 'webhook': return [{ path, note: 'A gate under strategy.rolling.between asks an address after every batch, and waits for it to agree.' }];
    case 'notification': return [{ path, note: 'A policy sends no messages; Events of the release tell what happens.' }];
    case 'suspend': return isBetween(path, steps) ? [] : [{ path, note: 'There is no rollout before it and behind it, so there is nothing to pause.' }];
    default: return [];
  }
}

function isBetween(path: PlacedStep['path'], steps: readonly PlacedStep[]): boolean {
  const index = steps.findIndex((each) => each.path === path);
  const isRollout = ({ step }: PlacedStep): boolean => step.type === 'canary-rollout';
  return steps.slice(0, index).some(isRollout) && steps.slice(index + 1).some(isRollout);
}

function ofFields({ step, path }: PlacedStep): ConversionNote[] {
  const fields = { if: 'The steps of a policy have no conditions.', timeout: 'The steps of a policy have no time limit of their own; readyTimeout says how long Pods may take.', dependsOn: 'The steps of a policy follow one another.' };
  return Object.entries(fields).filter(([field]) => Object.hasOwn(step, field)).map(([field, note]) => ({ path: [...path, field], note }));
}

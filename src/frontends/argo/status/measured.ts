import { toldOf, type RunTold } from '../analyses/wanted-analyses.js';
import type { RunType } from '../runs/labels.js';
import type { Course } from '../updates/course.js';
import type { Facts } from '../updates/facts.js';

/**
 * What a status says of the run of a type: the one that the update has at the moment; where it has none any more, how the last
 * one ended.
 */
export function runOf(facts: Facts, { update, outcomes, aborted }: Course, type: RunType): RunTold | undefined {
  const present = outcomes.analyses.find((each) => each.type === type);
  if (present) return present.run && told(present.run.metadata.name, present.run.status);
  const before = toldOf(update.said, type);
  // A step that is behind has nothing to say, unless it is why the update went back; nor has what ran beside the steps at their end.
  if (before === undefined || (type === 'Step' && !aborted) || (type === 'Background' && facts.done)) return undefined;
  const run = facts.observed.analysisRuns.find(({ metadata }) => metadata.name === before.name);
  return run ? told(before.name, run.status) : before;
}

const told = (name: string, { phase = 'Pending', message }: { phase?: string; message?: string } = {}): RunTold => ({ name, status: phase, ...(message === undefined || message === '' ? {} : { message }) });

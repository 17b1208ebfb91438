import type { Release } from '../../../../src/model/release.js';
import { deepEqual } from '../../../../src/kubernetes/json.js';
import type { Recorded } from '../../lab/recorder.js';

/** What is decided is the same however often a story is played and whatever happens on the line (rule 10). */
export class Decisions {
  readonly #known = new Map<string, readonly string[]>();

  /** What differs from the first time that the story was played; nothing the first time. */
  differences(story: string, history: readonly Recorded[]): string[] {
    const decided = decisionsOf(history);
    const known = this.#known.get(story) ?? decided;
    this.#known.set(story, known);
    return deepEqual(decided, known) ? [] : [`rule 10: ${decided.join(', ')}; another time ${known.join(', ')}`];
  }
}

/** Every entry of the log of a release, in its order; a number that was given twice shows both. */
function decisionsOf(history: readonly Recorded[]): string[] {
  const entries = new Set<string>();
  let plan = '';
  for (const { collection, object, type } of history) {
    if (collection !== 'serin.dev/releases' || type === 'DELETED') continue;
    const { spec, status } = object as Release;
    // Without what differs by namespace.
    const { plan: { steps }, stable, canary } = spec;
    plan = JSON.stringify([stable, canary, steps.map(({ url: _, ...step }) => step)]);
    for (const { number, code, arguments: { step = '' } } of status?.log ?? []) entries.add(`${number} ${code} ${step}`.trim());
  }
  return [plan, ...[...entries].sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))];
}

import { canonicalJson, isRecord } from '../../src/kubernetes/json.js';
import type { RolloutState } from './rollout-state.js';
import type { RolloutStory } from './rollout-story.js';

/** A place of a state where Serin has something else, by story and part (`story: part`) and by the field's path. */
export type Elsewhere = readonly [part: RegExp, place: RegExp];

/** Where Serin does otherwise on purpose; docs/argo-differences.md says why. */
const onPurpose: readonly Elsewhere[] = [
  // Argo Rollouts 1.9 records no outcome of updates yet, and an empty status of blue-green beside canaries.
  [/./, /^\.completion$|^\.blueGreen$/],
  // Serin says all that is wrong, with a remedy.
  [/^what makes no sense/, /^\.message$/],
  // Why it was taken back.
  [/never gets ready is aborted/, /^\.message$/],
  // Nobody waits any more for what was taken back.
  [/abort/, /^\.conditions\.Paused$/],
  // spec.replicas counts while an update is paused, too.
  [/scaled while paused$/, /^\.(counts|replicaSets)\./],
  // When a canary Ingress was written last, so that its settling can be waited for.
  [/./, /changed-at$/],
  // The Service that is not in use leads to the stable version as well, so that nobody who asks it meets Pods that go.
  [/^ping-pong: (begun|promoted in full|aborted|undone)$/, /^\.services\.shop-pong\./],
  [/^ping-pong: to the end$/, /^\.services\.shop-ping\./],
  // What a retry writes, that there is no abort, is about its own version.
  [/^ping-pong: undone$/, /^\.abort$/],
  // Destinations of experiments are Services, which need no subsets.
  [/^a weighed experiment by subsets/, /^\.destinationRules\.shop\.subsets$/],
  // Both subsets lead to stable again, as both Services do.
  [/Istio by subsets: aborted/, /^\.destinationRules/],
];

/**
 * What differs between what Argo Rollouts reached and what Serin did, in sentences; empty where nothing does but on purpose.
 * @param more places that cannot be compared here
 */
export function differences({ name }: RolloutStory, part: string, recorded: RolloutState | undefined, found: RolloutState, more: readonly Elsewhere[] = []): string[] {
  const where = `${name}: ${part}`;
  return differing(recorded, found)
    .filter(({ place }) => ![...onPurpose, ...more].some(([parts, places]) => parts.test(where) && places.test(place)))
    .map(({ place, text }) => `${part}${place}: ${text}`);
}

interface Difference {
  readonly place: string;
  readonly text: string;
}

function differing(recorded: unknown, found: unknown, place = ''): Difference[] {
  if (isRecord(recorded) && isRecord(found)) return [...new Set([...Object.keys(recorded), ...Object.keys(found)])].flatMap((key) => differing(recorded[key], found[key], `${place}.${key}`));
  const [one, other] = [recorded, found].map((each) => (each === undefined ? undefined : canonicalJson(each)));
  return one === other ? [] : [{ place, text: `Argo Rollouts has ${one ?? 'nothing'}, Serin ${other ?? 'nothing'}` }];
}

import type { KubernetesObject } from '../../../kubernetes/objects.js';
import { controllerOf } from '../../../kubernetes/owners.js';

/** What a controller does about the objects that it could own. */
export interface Claim<T> {
  /** Controlled already, and still selected. */
  readonly owned: T[];
  /** Selected and controlled by nobody: to be taken. */
  readonly adopt: T[];
  /** Controlled, but no longer selected: to be let go. */
  readonly release: T[];
}

/**
 * Sorts `candidates` (all of the controller's namespace) by what is to be done about them. An object with another
 * controller is left alone; a plain owner reference of this controller does not count as control.
 */
export function claim<T extends KubernetesObject>(
  controller: KubernetesObject,
  selects: (labels: Readonly<Record<string, string>>) => boolean,
  candidates: readonly T[],
): Claim<T> {
  const result: Claim<T> = { owned: [], adopt: [], release: [] };
  const leaving = controller.metadata.deletionTimestamp !== undefined;
  for (const candidate of candidates) {
    const holder = controllerOf(candidate);
    const selected = selects(candidate.metadata.labels ?? {});
    if (holder !== undefined) {
      if (holder.uid !== controller.metadata.uid) continue;
      if (selected) result.owned.push(candidate);
      else if (!leaving) result.release.push(candidate);
    } else if (!leaving && selected && candidate.metadata.deletionTimestamp === undefined) {
      result.adopt.push(candidate);
    }
  }
  return result;
}

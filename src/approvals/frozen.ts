import { freezesAt, type Freeze } from '../model/freeze-calendar.js';
import type { FreezeWindow } from '../model/freeze-window.js';

/** In which window a policy is, told to people. */
export interface Frozen {
  readonly window: string;
  readonly why: string;
  /** When it ends, milliseconds since the epoch; undefined for one that cannot be read, which holds until it is mended. */
  readonly until: number | undefined;
}

/** The windows that are for a policy of this namespace: its own, and those of the cluster. */
export const windowsFor = (windows: readonly FreezeWindow[], namespace: string): FreezeWindow[] => windows.filter(({ metadata }) => metadata.namespace === undefined || metadata.namespace === namespace);

/**
 * The window that lets no release of a policy begin now, the one that ends last where it is in several.
 * @param windows those for its namespace @param labels the policy's @param now milliseconds since the epoch
 */
export function frozenUntil(windows: readonly FreezeWindow[], labels: Readonly<Record<string, string>>, now: number): Frozen | undefined {
  const [freeze] = freezesAt(windows, labels, now);
  return freeze && { window: freeze.window, why: freeze.why, until: freeze.until };
}

/** The window of this name that a policy is in now. */
export const freezeNamed = (windows: readonly FreezeWindow[], labels: Readonly<Record<string, string>>, now: number, name: string): Freeze | undefined => freezesAt(windows, labels, now).find(({ window }) => window === name);

/** What is kept of a state between two runs of the program. */
export interface Checkpoint {
  /** Raised when a state's numbers change their meaning. */
  readonly version: typeof CHECKPOINT_VERSION;
  /** The kind of test, and the hypothesis: evidence against one is none against another. */
  readonly key: string;
  readonly state: unknown;
}

export const CHECKPOINT_VERSION = 1;

/**
 * A state as compact JSON. Fractions are cut off downwards after three digits: evidence is a little less after a restart, never more.
 * @param key names the kind of test and all settings that make its hypothesis
 */
export const writeCheckpoint = (key: string, state: unknown): string => JSON.stringify({ version: CHECKPOINT_VERSION, key, state: shortened(state) });

function shortened(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Math.floor(value * 1000) / 1000;
  if (Array.isArray(value)) return value.map(shortened);
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
  return value;
}

/**
 * The state of a checkpoint, or `fresh` where it is of another test, other settings, another version, or broken: evidence is then
 * gathered anew, which is slower and as safe. Blocks that came after the checkpoint are lost, those before it are not counted again,
 * for each block says when it was.
 */
export function readCheckpoint<State>(text: string, key: string, fresh: State): State {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return fresh;
  }
  if (!isRecord(found) || found['version'] !== CHECKPOINT_VERSION || found['key'] !== key) return fresh;
  return sameShape(found['state'], fresh) ? found['state'] : fresh;
}

const isRecord = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Numbers where numbers are, lists as long (a list that is still empty may have grown), the same fields. */
function sameShape<State>(found: unknown, fresh: State): found is State {
  if (typeof fresh === 'number') return typeof found === 'number' && Number.isFinite(found);
  if (Array.isArray(fresh)) {
    if (!Array.isArray(found)) return false;
    if (fresh.length === 0) return found.every((value) => typeof value === 'number' && Number.isFinite(value));
    return found.length === fresh.length && fresh.every((value, index) => sameShape(found[index], value));
  }
  if (isRecord(fresh)) return isRecord(found) && Object.keys(fresh).every((name) => sameShape(found[name], fresh[name]));
  return found === fresh;
}

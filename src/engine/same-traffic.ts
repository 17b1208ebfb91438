import { deepEqual } from '../model/json.js';
import type { Intent } from '../model/release.js';

/** Everything of an intent that routers are asked for. */
export type Traffic = Pick<Intent, 'share' | 'matches' | 'mirror' | 'mirrors' | 'preview'>;

/** Whether two intents ask the same of routers. */
export function sameTraffic(a: Traffic, b: Traffic): boolean {
  return a.share === b.share && (a.mirror ?? 0) === (b.mirror ?? 0) && (a.preview ?? false) === (b.preview ?? false) && deepEqual(a.matches ?? [], b.matches ?? []) && deepEqual(a.mirrors ?? [], b.mirrors ?? []);
}

import { WHOLE } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import type { RoutingProblem } from '../router.js';

/** One destination of a list: of a version, or of another program, with its weight. */
export interface Part {
  readonly role: Role | undefined;
  readonly weight: number;
}

/** What all weights of a list sum to. */
const CENT = 100;

/**
 * The weights of a list in which both versions stand once, so that the canary has `share` per mille of the whole and others
 * keep what they have: stable has the rest. Written in per cent; in per mille where the share is no whole per cent, by which
 * others' numbers grow alike. Where others leave less room, the canary has all of it.
 */
export function writeWeights(parts: readonly Part[], share: number): number[] {
  const total = share % (WHOLE / CENT) === 0 ? CENT : WHOLE;
  const others = othersIn(parts, total);
  const room = Math.max(0, total - others.reduce((sum, weight) => sum + weight, 0));
  const canary = Math.min(room, (share * total) / WHOLE);
  let next = 0;
  return parts.map(({ role }) => (role === 'canary' ? canary : role === 'stable' ? room - canary : (others[next++] ?? 0)));
}

/** The share that a list says, in per mille; undefined where it says none that `writeWeights` would. */
export function readWeights(parts: readonly Part[]): number | undefined {
  const of = (role: Role): number => parts.filter((each) => each.role === role).reduce((sum, { weight }) => sum + weight, 0);
  const [stable, canary] = [of('stable'), of('canary')];
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (stable + canary === 0) return undefined;
  const share = stable === 0 ? WHOLE : (WHOLE * canary) / total;
  return Number.isInteger(share) ? share : undefined;
}

/** That others leave no room for a share; everything stands for all that they leave. */
export function roomProblem(place: string, parts: readonly Part[], share: number): RoutingProblem | undefined {
  const taken = othersIn(parts, WHOLE).reduce((sum, weight) => sum + weight, 0);
  if (share === 0 || (taken < WHOLE && (share === WHOLE || share < WHOLE - taken))) return undefined;
  return { place, problem: `others have ${taken / 10} % of it, which leaves no room for ${share / 10} % of the canary beside the stable version`, remedy: 'give others less, or choose a smaller share' };
}

/** Weights of others as parts of a total; what is written in per mille now is read so. */
function othersIn(parts: readonly Part[], total: number): number[] {
  const sum = parts.reduce((all, { weight }) => all + weight, 0);
  const scale = total / (sum === WHOLE ? WHOLE : CENT);
  return parts.filter(({ role }) => role === undefined).map(({ weight }) => Math.round(weight * scale));
}

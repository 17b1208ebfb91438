import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { shareOfPods } from '../service/reachable.js';
import type { Claim, Found, RouterContext, RoutingProblem, RoutingState } from '../router.js';
import { commonShare } from './common-share.js';
import { leadOf } from './pointers.js';
import { hashesOf, scopeOf, type TwoServicesConfig } from './scope.js';
import { movesOf, type Moves } from './write.js';

/** Reads the split back: where the Services lead, and the weights between them. */
export function readSplit(config: TwoServicesConfig, found: Found, _recorded: readonly Claim[], context: RouterContext): RoutingState {
  const moves = movesOf(scopeOf(config, found, context), hashesOf(context.versions));
  const written = config.mode === 'pods' ? countedSplit(context) : writtenSplit(moves);
  const { pointers, members } = moves;
  const settled = pointers.all.every(({ follows }) => follows === undefined) && members.every(({ acceptance, problems }) => acceptance.accepted && problems.length === 0);
  return { written, accepted: settled && pointers.problems.length === 0 ? written : undefined, problems: overwritings(moves, written, context) };
}

function writtenSplit({ scope, pointers, members, hashes }: Moves): Split | undefined {
  const stable = leadOf(pointers, 'stable', hashes);
  if (scope.config.mode === 'switch') return stable && splitOf(stable === 'canary' ? WHOLE : 0);
  const canary = leadOf(pointers, 'canary', hashes);
  if (stable === undefined || canary === undefined) return undefined;
  if (stable === canary) return splitOf(stable === 'canary' ? WHOLE : 0);
  const weight = commonShare(members.map((member) => member.weight));
  if (weight === undefined) return undefined;
  return splitOf(canary === 'canary' ? weight : WHOLE - weight);
}

function countedSplit({ versions: { stable, canary } }: RouterContext): Split | undefined {
  return stable.readyPods + canary.readyPods === 0 ? undefined : splitOf(shareOfPods(canary.readyPods, stable.readyPods));
}

/** Who changed what was written last. */
function overwritings({ pointers, members, hashes }: Moves, written: Split | undefined, { lastWritten }: RouterContext): RoutingProblem[] {
  if (lastWritten === undefined || written?.shares.canary === lastWritten.shares.canary) return [];
  const moved = pointers.all.flatMap((each) => (each.hash !== undefined && Object.values(hashes).includes(each.hash) ? [] : (each.overwritten(each.hash === undefined ? 'took the hash out of it' : `set it to ${each.hash}`) ?? [])));
  const weighed = members.flatMap((each) => (each.weight === lastWritten.shares.canary ? [] : (each.overwritten(each.weight === undefined ? 'rewrote it' : `set the weight to ${each.weight / 10} %`) ?? [])));
  return [...moved, ...weighed];
}

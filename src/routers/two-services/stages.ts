import type { Role } from '../../model/version.js';
import type { RoutingProblem, Stage } from '../router.js';
import { barrier, sentence } from '../stages.js';
import type { Member, Wanted } from './members.js';
import { mergedWrites } from './merged-writes.js';
import type { Pointers } from './pointers.js';

/**
 * Everything of one role leads to a hash, and what is behind it has followed. A pointer moves only where ready Pods are, or
 * where it led to none anyway: so that no request meets a Service without endpoints.
 */
export function pointStage(name: string, { all, problems }: Pointers, role: Role, hash: string): Stage {
  const own = all.filter((each) => each.role === role);
  const held = own.filter((each) => each.hash !== hash && each.readyPods(hash) === 0 && each.readyPods() > 0);
  const writes = mergedWrites(own.filter((each) => !held.includes(each)).flatMap((each) => each.move(hash)));
  const [first] = held;
  if (first) return { name, writes, waitsFor: `no Pod of version ${hash} is ready, which ${first.title} is to lead to` };
  const late = own.find(({ follows }) => follows !== undefined);
  if (late) return { name, writes, waitsFor: late.follows, ...(late.followsUntil === undefined ? {} : { waitsUntil: late.followsUntil }) };
  return { name, writes, waitsFor: problems[0] && sentence(problems[0]) };
}

/** All that name both versions say what is wanted, and products have taken it over. */
export function weightsStage(members: readonly Member[], wanted: Wanted, more: readonly RoutingProblem[] = []): Stage {
  const writes = mergedWrites(members.flatMap((member) => member.write(wanted)));
  return { name: 'weights', writes, ...barrier([...members.flatMap(({ problems }) => problems), ...more], members.map(({ acceptance }) => acceptance)) };
}

/** As `weightsStage`, where a release leaves: an object that is gone, or says nothing of ours, keeps nobody. */
export function quietStage(members: readonly Member[], wanted: Wanted): Stage {
  return weightsStage(members.map((member) => ((member.weight ?? 0) === 0 ? { ...member, problems: [] } : member)), wanted);
}

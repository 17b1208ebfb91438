import type { Match, MirroredRequests } from '../../model/match.js';
import type { Claim, RoutingProblem, RoutingWrite } from '../router.js';
import type { Acceptance } from '../stages.js';
import { gatewayRouteMembers } from './gateway-routes.js';
import { ingressMembers } from './ingresses.js';
import type { Scope } from './scope.js';
import { virtualServiceMembers } from './virtual-services.js';

/** What the objects that name both versions are to say. */
export interface Wanted {
  /** The weight of what leads to the Service (or subset) of the canary, in per mille. */
  readonly weight: number;
  readonly matches: readonly Match[];
  readonly mirrors: readonly MirroredRequests[];
}

/** One object that splits requests between both versions. */
export interface Member {
  /** Undefined for what Serin makes itself. */
  readonly claim: Claim | undefined;
  /** The weight that it says, in per mille; undefined where it says none of ours. */
  readonly weight: number | undefined;
  /** What keeps it from being steered. */
  readonly problems: readonly RoutingProblem[];
  /** What leads to what is wanted; nothing where it says so already. */
  write(wanted: Wanted): RoutingWrite[];
  /** Whether it says what is wanted beside the weight. */
  readonly acceptance: Acceptance;
  /** Who changed the weight that was written last. */
  overwritten(what: string): RoutingProblem | undefined;
}

/** All that split requests by weights. */
export function membersOf(scope: Scope): Member[] {
  return scope.config.mode === 'weights' ? [...ingressMembers(scope), ...virtualServiceMembers(scope), ...gatewayRouteMembers(scope)] : [];
}

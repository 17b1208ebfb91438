import { WHOLE } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import { resources } from '../../kubernetes/resources.js';
import type { Claim, Found, ReleaseContext, RoutingPlan, RoutingWrite, Stage } from '../router.js';
import { isOurs } from './ingresses.js';
import { mergedWrites } from './merged-writes.js';
import { leadOf, type Pointers } from './pointers.js';
import { hashesOf, scopeOf, type Hashes, type Scope, type TwoServicesConfig } from './scope.js';
import { pointStage, quietStage } from './stages.js';
import { NOTHING } from './wanted.js';
import { followNewest, movesOf, type Moves } from './write.js';

/** The way to the state at rest: both Services lead to the version that leads at the end, and weights are at 0. */
export function releaseRoutes(config: TwoServicesConfig, found: Found, recorded: readonly Claim[], context: ReleaseContext): RoutingPlan {
  const scope = scopeOf(config, found, context);
  const { versions, after } = context;
  const lead = after?.lead ?? 'stable';
  const moves = movesOf(scope, versions ? hashesOf(versions) : { stable: '', canary: '' });
  const stages = versions ? restStages(moves, lead) : quietStages(moves);
  return { stages: [...stages, ...leavingStages(scope)], claims: [...recorded] };
}

function restStages(moves: Moves, lead: Role): Stage[] {
  const { scope: { config }, members, hashes } = moves;
  // What is gone needs no putting back.
  const pointers: Pointers = { all: moves.pointers.all, problems: [] };
  const stable = pointStage('stable', pointers, 'stable', hashes[lead]);
  if (config.mode === 'switch') return [stable, ...(pointers.all.some(({ role }) => role === 'canary') ? [followNewest(pointers, hashes.canary)] : [])];
  const canary = pointStage('canary', pointers, 'canary', hashes[lead]);
  if (config.mode === 'pods') return [stable, canary];
  const led = leadOf(pointers, 'stable', hashes);
  if (lead === 'canary') {
    // Users are there already; where they are not, weights take them before the Service goes over.
    const way = led === 'canary' ? [] : [...(leadOf(pointers, 'canary', hashes) === 'canary' ? [] : [quietStage(members, NOTHING)]), canary, quietStage(members, { ...NOTHING, weight: WHOLE })];
    // Those that take turns need not go back: the next release begins where this one ends.
    const weights = quietStage(members, config.alternate === true ? { ...NOTHING, weight: WHOLE } : NOTHING);
    return [...way, stable, weights, canary];
  }
  return led === 'canary' ? [stable, quietStage(members, NOTHING), canary] : [quietStage(members, NOTHING), stable, canary];
}

/** Where versions are not known any more, Services stay where they lead. */
const quietStages = ({ members }: Moves): Stage[] => [quietStage(members, NOTHING)];

/** Canary Ingresses that belong to nobody else go, now that nothing comes by them. */
function leavingStages(scope: Scope): Stage[] {
  const { config, found } = scope;
  if (config.owner || !config.ingresses) return [];
  const ours = config.ingresses.flatMap(({ canaryName }) => found.get(resources.ingresses, canaryName)?.object ?? []).filter((each) => isOurs(scope, each));
  const writes = ours.map(({ metadata }): RoutingWrite => ({ action: 'delete', resource: resources.ingresses, name: metadata.name, resourceVersion: metadata.resourceVersion ?? '' }));
  return [{ name: 'leftovers', writes, waitsFor: undefined }];
}

/** Of whom Services and routes are told while no release is under way. */
export interface RestingContext {
  readonly namespace: string;
  /** Value of `hashLabel` on the Pods of the stable version, and of the newest one: that counts for previews alone. */
  readonly hashes: Hashes;
  readonly hashLabel: string;
  /** Only needed where the configuration names no owner. */
  readonly policy?: string;
}

/**
 * What is left to do for the state at rest while no release is under way: both Services lead to stable (that for previews to
 * the newest version), weights are at 0, and routes for matches and copies are gone. In any order, since all of it leads to
 * stable; a Service goes over only where ready Pods are. Nothing where all is so.
 */
export function restingWrites(config: TwoServicesConfig, found: Found, { hashLabel, hashes, ...context }: RestingContext): RoutingWrite[] {
  const moves = movesOf({ ...scopeOf(config, found, context), hashLabel }, hashes);
  return mergedWrites(restStages(moves, 'stable').flatMap(({ writes }) => writes));
}

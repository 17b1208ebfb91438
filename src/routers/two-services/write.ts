import { WHOLE, type Split } from '../../model/split.js';
import type { Claim, Found, RouterContext, RoutingPlan, Stage } from '../router.js';
import { splitProblems } from './inexpressible.js';
import { membersOf, type Member } from './members.js';
import { leadOf, pointersOf, type Pointers } from './pointers.js';
import { hashesOf, scopeOf, type Hashes, type Scope, type TwoServicesConfig } from './scope.js';
import type { Role } from '../../model/version.js';
import { pointStage, weightsStage } from './stages.js';
import { NOTHING, asksCanary, wantedOf } from './wanted.js';

/** Everything that stages are made of. */
export interface Moves {
  readonly scope: Scope;
  readonly pointers: Pointers;
  readonly members: readonly Member[];
  readonly hashes: Hashes;
}

export function movesOf(scope: Scope, hashes: Hashes): Moves {
  return { scope, pointers: pointersOf(scope), members: membersOf(scope), hashes };
}

/** The way to a split. What takes requests from the canary comes first and waits for nothing that it does not need. */
export function writeSplit(config: TwoServicesConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const scope = scopeOf(config, found, context);
  const moves = movesOf(scope, hashesOf(context.versions));
  const stages = config.mode === 'weights' ? weightStages(moves, split, context) : config.mode === 'switch' ? switchStages(moves, split) : podStages(moves, split, context);
  return { stages, claims: withClaims(recorded, moves) };
}

/** Claims on record, and those of objects that are new: they say which objects are steered; there is nothing to put back. */
export function withClaims(recorded: readonly Claim[], { pointers, members }: Moves): Claim[] {
  const claims = [...recorded];
  for (const claim of [...pointers.all.map((each) => each.claim), ...members.flatMap((each) => each.claim ?? [])]) {
    if (!claims.some(({ kind, name, namespace }) => kind === claim.kind && name === claim.name && namespace === claim.namespace)) claims.push(claim);
  }
  return claims;
}

function weightStages({ scope, pointers, members, hashes }: Moves, split: Split, { versions }: RouterContext): Stage[] {
  const wanted = wantedOf(split);
  const leads = { stable: leadOf(pointers, 'stable', hashes), canary: leadOf(pointers, 'canary', hashes) };
  const stableTo = (role: Role): Stage => pointStage('stable', pointers, 'stable', hashes[role]);
  const canaryTo = (role: Role): Stage => pointStage('canary', pointers, 'canary', hashes[role]);
  const weights = weightsStage(members, wanted, splitProblems(scope, wanted));
  // Weights mean nothing while both lead to one version: they go to 0 before what is the canary's comes to mean the canary.
  const toCanary = leads.canary === 'canary' ? [canaryTo('canary')] : [weightsStage(members, NOTHING), canaryTo('canary')];
  if (wanted.weight === WHOLE) return [...toCanary, weights, stableTo('canary')];

  // Whoever comes by the stable Service is with the canary since everything was: weights hold that until they are with stable again.
  const back = leads.stable !== 'canary' ? [] : wanted.weight === 0 ? [stableTo('stable')] : [weightsStage(members, { ...NOTHING, weight: WHOLE }), stableTo('stable')];
  if (!asksCanary(wanted)) {
    // The canary can be looked at as soon as it has ready Pods; another version than these two is not left there.
    const end = versions.canary.readyPods > 0 ? [canaryTo('canary')] : leads.canary === undefined && scope.config.canary !== undefined ? [canaryTo('stable')] : [];
    return [...back, weights, stableTo('stable'), ...end];
  }
  const falls = leads.stable === 'stable' && leads.canary === 'canary' && members.some(({ weight }) => weight === undefined || weight > wanted.weight);
  return falls ? [weights, stableTo('stable')] : [...back, stableTo('stable'), ...toCanary, weights];
}

/** All at once: what users reach leads to one version; the Service for previews to the newest. */
function switchStages({ pointers, hashes }: Moves, { shares }: Split): Stage[] {
  const preview = pointers.all.some(({ role }) => role === 'canary') ? [followNewest(pointers, hashes.canary)] : [];
  const lead = shares.canary === WHOLE ? 'canary' : shares.canary === 0 ? 'stable' : leadOf(pointers, 'stable', hashes);
  if (lead === undefined) return [...preview, pointStage('active', pointers, 'stable', hashes.stable)];
  // A part cannot be shown: it stays where it is until all of it can go.
  return [pointStage('active', pointers, 'stable', hashes[lead]), ...preview];
}

/** The Service for previews leads to the newest version also before that has ready Pods: nobody but testers is there. */
export function followNewest({ all, problems }: Pointers, hash: string): Stage {
  const own = all.filter(({ role }) => role === 'canary');
  return { name: 'preview', writes: own.flatMap((each) => each.move(hash)), waitsFor: own.find(({ follows }) => follows !== undefined)?.follows ?? problems[0]?.problem };
}

/** Services that follow their versions while Pods alone are counted. */
function podStages({ pointers, hashes }: Moves, { shares }: Split, { versions: { stable, canary } }: RouterContext): Stage[] {
  const promoted = canary.readyPods > 0 && (shares.canary === WHOLE || stable.readyPods === 0);
  const toCanary = canary.readyPods > 0 || leadOf(pointers, 'canary', hashes) === 'canary';
  return [pointStage('canary', pointers, 'canary', hashes[toCanary ? 'canary' : 'stable']), pointStage('stable', pointers, 'stable', hashes[promoted ? 'canary' : 'stable'])];
}

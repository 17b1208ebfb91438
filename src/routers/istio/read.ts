import { resources } from '../../kubernetes/resources.js';
import { equalSplits, type Split } from '../../model/split.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, RouterContext, RoutingProblem, RoutingState } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims, type VirtualServiceClaim } from './claims.js';
import { usersRules } from './destination-rule.js';
import { subsetsNamed } from './named-subsets.js';
import { ruleConflict } from './object-problems.js';
import type { IstioConfig } from './objects.js';
import { ourRuleName } from './our-objects.js';
import { hasOwnSubsets } from './own-subsets.js';
import { editingProblems, overwritingProblems } from './route-problems.js';
import { scopeOf, type Scope } from './scope.js';
import { selectRoutes } from './selection.js';
import { hashesOf } from './steering.js';
import { survey, type SurveyedVirtualService } from './survey.js';
import { versionOf } from './subset-names.js';

/** Reads the split back from all chosen routes: it is written when all of them say the same. */
export function readSplit(config: IstioConfig, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingState {
  const claims = parseClaims(recorded);
  if (claims.length === 0) return { written: undefined, accepted: undefined, problems: [] };
  const scope = scopeOf(context, found);
  const ownDestinations = scope.services ?? scope.subsets;
  const surveyed = survey(claims, found, hashesOf(scope), scope);
  const rule = ownDestinations ? undefined : found.get(resources.destinationRules, ourRuleName(context.service));

  const objects = [...(rule ? [rule] : []), ...surveyed.flatMap(({ found: object }) => object ?? [])];
  const acceptances = objects.map((object) => acceptanceOf(object, found.now, config));
  const written = isComplete(config, found, surveyed, scope) ? commonSplit(surveyed) : undefined;
  const lacking = ownDestinations ? [] : ruleProblems(config, claims, found, scope);
  const problems = [
    ...surveyed.flatMap(editingProblems),
    ...surveyed.flatMap((each) => overwritingProblems(each, context.lastWritten)),
    ...lacking,
    ...acceptances.flatMap((each) => (each.accepted || !each.problem ? [] : [each.problem])),
  ];
  const defined = scope.subsets === undefined || (written !== undefined && hasOwnSubsets(usersRules(found, scope.service), written, scope));
  const taken = (rule !== undefined || ownDestinations !== undefined) && defined && acceptances.every(({ accepted }) => accepted);
  return { written, accepted: taken && lacking.length === 0 ? written : undefined, problems };
}

/** The split that every claimed route says. */
function commonSplit(surveyed: readonly SurveyedVirtualService[]): Split | undefined {
  const splits = surveyed.flatMap(({ routes }) =>
    routes.flatMap((state) => (state.state === 'lost' ? [] : [state.reading.kind === 'split' ? state.reading.split : undefined])),
  );
  const [first] = splits;
  return splits.every((split) => equalSplits(split, first)) ? first : undefined;
}

/** Whether no chosen route leads past the split. */
function isComplete(config: IstioConfig, found: Found, surveyed: readonly SurveyedVirtualService[], scope: Scope): boolean {
  return selectRoutes(config, found, scope).every(({ object, namespace, routes }) => {
    const claimed = surveyed.find((each) => each.name === object.metadata.name && each.namespace === namespace)?.routes ?? [];
    return routes.every(({ list, index }) => claimed.some((state) => state.state === 'present' && state.list === list && state.index === index));
  });
}

/** Whether every subset of ours that routes name is there. */
function ruleProblems(config: IstioConfig, claims: readonly VirtualServiceClaim[], found: Found, scope: Scope): RoutingProblem[] {
  const name = ourRuleName(scope.service.name);
  const rule = found.get(resources.destinationRules, name)?.object;
  if (rule && !isOurObject(rule, scope.policy)) return [ruleConflict(rule)];
  const defined = new Set((rule?.spec.subsets ?? []).map((subset) => subset.name));
  const missing = [...subsetsNamed(config, claims, found, scope)].filter((subset) => versionOf(subset) !== undefined && !defined.has(subset));
  if (missing.length === 0) return [];
  return [
    {
      place: `DestinationRule ${name}, spec.subsets`,
      problem: `lacks ${missing.map((subset) => `"${subset}"`).join(', ')}, which routes name: someone ${rule ? 'changed' : 'deleted'} it`,
      remedy: 'none needed while the release runs, Serin makes it again; see that no tool prunes it',
    },
  ];
}

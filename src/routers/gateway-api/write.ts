import { WHOLE, type Split } from '../../model/split.js';
import { canaryServiceStage, inOrder, pinStage, previewServiceStage } from '../canary-service/stages.js';
import { readServices } from '../canary-service/read.js';
import { tidyStage } from '../canary-service/release.js';
import type { Claim, Found, RouterContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { claimRule, parseClaims, recordClaims, type RouteClaim } from './claims.js';
import { backendProblems, consentProblems } from './grants.js';
import { isRouteKind, routeTitle, sameKey, type GatewayApiConfig } from './objects.js';
import { nameable, namingStage } from './naming.js';
import { removePreviewRoutes, previewStage } from './preview-stage.js';
import { patchRoute } from './route-patch.js';
import { planRoute } from './route-plan.js';
import { claimingProblems, editingProblems, servesUs } from './rule-problems.js';
import { getRoute, namedRoutes, selectRoutes } from './selection.js';
import { barrier, isReached } from '../stages.js';
import { addedPrints, surveyRoute, type SurveyedRoute } from './survey.js';
import { targetsOf } from './targets.js';

/** First a Service for each version, then the rules that lead to them, then previews; away with what is not wanted any more. */
export function writeSplit(config: GatewayApiConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const targets = targetsOf(context);
  const hashes = { stable: context.versions.stable.hash, canary: context.versions.canary.hash };
  const { claims: extended, problems } = extendClaims(config, found, parseClaims(recorded, targets.namespace), context);
  const claims: RouteClaim[] = [];
  const writes: RoutingWrite[] = [];
  const mayName = nameable(found, targets);
  const writable: SurveyedRoute[] = [];
  const surveyed = extended.map((claim) => surveyRoute(claim, found, targets, context.policy));
  for (const route of surveyed) {
    const plan = planRoute(route, split, hashes, targets, context.policy, mayName);
    const own = [...editingProblems(route, targets.namespace), ...plan.problems];
    problems.push(...own);
    claims.push({ ...route.claim, made: [...new Set([...addedPrints(route), ...plan.made])] });
    // What cannot be written whole must not keep a share from falling: only added rules are ever too many.
    if (!route.found || plan.problems.length > 0) continue;
    writable.push(route);
    writes.push(...patchRoute(route.key, route.found.object, route.added, plan.desired));
  }
  const isSteered = surveyed.some(({ rules }) => rules.some(({ state }) => state === 'present'));
  if (!isSteered && problems.length === 0) problems.push({ place: `Service ${targets.services.stable}`, problem: 'no route of the Gateway API leads to it', remedy: 'add one' });
  const acceptances = surveyed.flatMap(({ key, found: object }) => (object ? [acceptanceOf(key, object, found, config, targets.namespace)] : []));
  const routes: Stage = { name: 'routes', writes, ...barrier(problems, acceptances) };

  // Where nothing can be steered, nothing is touched.
  if (surveyed.length === 0) return { stages: [routes], claims: [...recorded] };

  const named = namingStage(config, split, writable, found, targets);
  const plan = withServices(split, named, routes, found, recorded, context);
  const previews = previewStage(config, split, surveyed, found, targets, context.policy);
  const stages = [...plan.stages, ...previews];
  const tidy = removePreviewRoutes(found, surveyed, context.policy, split.preview?.host !== undefined);
  if (stages.every(isReached) && tidy.length > 0) stages.push({ name: 'tidy', writes: tidy, waitsFor: undefined });
  else if (stages.every(isReached)) stages.push(tidyStage(found, plan.claims, context, [targets.services.canary, ...(split.preview?.service === undefined ? [] : [split.preview.service])]));
  return { stages, claims: [...recordClaims(claims, targets.namespace), ...plan.claims.filter(({ kind }) => !isRouteKind(kind))] };
}

/** The stage of the routes among those of the Services that they lead to. */
function withServices(split: Split, named: readonly Stage[], routes: Stage, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const { canary } = split.shares;
  const { preview, matches = [], mirror = 0 } = split;
  const rest = (claims: readonly Claim[]): RoutingPlan => ({ stages: [routes], claims });
  const previewService = (claims: readonly Claim[]): RoutingPlan =>
    preview?.service === undefined ? { stages: [], claims } : previewServiceStage(preview.service, found, claims, context);
  const pin = (claims: readonly Claim[]): RoutingPlan => pinStage(found, claims, context);
  if (canary === WHOLE && isReached(routes)) {
    // Nothing but the canary is behind the routes: now it is for everybody else who calls the Service, too.
    const canaryService = (claims: readonly Claim[]): RoutingPlan => canaryServiceStage(found, claims, context);
    return inOrder(recorded, canaryService, rest, (claims) => pinStage(found, claims, context, 'canary'), previewService);
  }
  if (canary === 0 && matches.length === 0 && mirror === 0 && preview === undefined) {
    // What takes requests from the canary waits for no Service that already leads where it should.
    const isPinned = pin(recorded).stages.every(({ writes }) => writes.length === 0) && readServices(found, recorded, context).problems.length === 0;
    return isPinned ? inOrder(recorded, rest, pin) : inOrder(recorded, pin, rest);
  }
  const lead = canary === WHOLE && readServices(found, recorded, context).lead === 'canary' ? 'canary' : 'stable';
  return inOrder(recorded, (claims) => pinStage(found, claims, context, lead), (claims) => canaryServiceStage(found, claims, context), (claims) => ({ stages: [...named], claims }), rest, previewService);
}

/** Claims on record, and those of chosen rules that are new. */
function extendClaims(config: GatewayApiConfig, found: Found, recorded: readonly RouteClaim[], context: RouterContext): { claims: RouteClaim[]; problems: RoutingProblem[] } {
  const targets = targetsOf(context);
  const own = targets.namespace;
  const problems: RoutingProblem[] = [];
  const claims = [...recorded];
  for (const key of namedRoutes(config, own) ?? []) {
    if (!getRoute(found, key, own) && !recorded.some((claim) => sameKey(claim, key))) {
      problems.push({ place: routeTitle(key, own), problem: 'does not exist', remedy: 'create it, or take it out of router.gatewayApi.routes' });
    }
  }
  for (const { key, object } of selectRoutes(config, found, targets)) {
    const known = recorded.find((claim) => sameKey(claim, key));
    const state: SurveyedRoute = surveyRoute(known ?? { ...key, rules: [], made: [] }, found, targets, context.policy);
    const taken = new Set([...state.added, ...state.rules.flatMap((rule) => (rule.state === 'present' ? [rule.index] : []))]);
    // A rule that leads to the canary while a claim is lost is that one, changed: it is named there.
    const isLost = state.rules.some((rule) => rule.state === 'lost' && rule.where === 'ambiguous');
    const fresh = (object.spec.rules ?? []).flatMap((rule, index) => (!isLost && !taken.has(index) && servesUs(rule, key.namespace, targets) ? [{ rule, index }] : []));
    const blocking = [
      ...consentProblems(found, key, own),
      ...backendProblems(found, key, own, [targets.services.canary, ...(targets.own ? [targets.services.stable] : [])]),
      ...fresh.flatMap(({ rule, index }) => claimingProblems(found, key, index, rule, targets, context.policy)),
    ];
    problems.push(...blocking);
    if (blocking.length > 0 || fresh.length === 0) continue;
    const place = (index: number): number => index - state.added.filter((each) => each < index).length;
    const extended = { ...state.claim, rules: [...state.claim.rules, ...fresh.map(({ rule, index }) => claimRule(rule, place(index), key.kind === 'HTTPRoute'))] };
    const at = claims.findIndex((claim) => sameKey(claim, key));
    if (at < 0) claims.push(extended);
    else claims[at] = extended;
  }
  return { claims, problems };
}


import { WHOLE, splitOf } from '../../model/split.js';
import { tidyStage, unpinStage } from '../canary-service/release.js';
import type { Claim, Found, ReleaseContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims } from './claims.js';
import { mirrorsCanary } from './mirror.js';
import type { GatewayApiConfig } from './objects.js';
import { removePreviewRoutes } from './preview-stage.js';
import { stillNamed } from './naming.js';
import { patchRoute, type DesiredRule } from './route-patch.js';
import { withFilters } from './route-plan.js';
import { editingProblems } from './rule-problems.js';
import { barrier, type Acceptance } from '../stages.js';
import { namesCanary, surveyRoute, type RuleState, type SurveyedRoute } from './survey.js';
import { targetsOf, type Targets } from './targets.js';
import { splitRefs, withNamed } from './weights.js';

/** First the Service as it was found, then the routes, then away with the Services that nothing names any more. */
export function releaseRoutes(config: GatewayApiConfig, found: Found, recorded: readonly Claim[], context: ReleaseContext): RoutingPlan {
  const targets = targetsOf(context);
  const stays = targets.own && context.after?.lead === 'canary';
  const surveyed = parseClaims(recorded, targets.namespace).map((claim) => surveyRoute(claim, found, targets, context.policy));
  const problems: RoutingProblem[] = [];
  const writes: RoutingWrite[] = [];
  const last: RoutingWrite[] = [];
  const acceptances: Acceptance[] = [];
  for (const route of surveyed) {
    if (!route.found) continue;
    const { object } = route.found;
    const acceptance = acceptanceOf(route.key, route.found, found, config, targets.namespace);
    const restored = restoredRules(route, targets, stays);
    const named = restored.map(({ rule, from }): DesiredRule => {
      const state = presentState(route, from);
      const still = from === undefined || !state ? undefined : stillNamed(route, from, acceptance, found, targets);
      const backendRefs = still && state && withNamed(rule.backendRefs ?? [], state.claim.backendRefs, still, route.key.namespace, targets);
      return { rule: backendRefs ? { ...rule, backendRefs } : rule, ...(from === undefined ? {} : { from }) };
    });
    writes.push(...patchRoute(route.key, object, route.added, named));
    last.push(...patchRoute(route.key, object, route.added, restored));
    acceptances.push(acceptance);
    if (isStillSteered(route, targets)) problems.push(...editingProblems(route, targets.namespace));
  }
  writes.push(...removePreviewRoutes(found, surveyed, context.policy, false));
  const routes: Stage = { name: 'routes', writes, ...barrier(problems, acceptances) };
  // What a route names no more it has named with weight 0 before, so that no proxy looks for a Service that it has forgotten.
  const unnamed: Stage = { name: 'unnamed', writes: last, ...barrier([], acceptances) };
  return { stages: [...unpinStage(found, recorded, context), routes, unnamed, tidyStage(found, recorded, context)], claims: [...recorded] };
}

/** What is known of a rule that can be put back. */
function presentState({ rules }: SurveyedRoute, index: number | undefined): Extract<RuleState, { state: 'present' }> | undefined {
  return rules.find((each): each is Extract<RuleState, { state: 'present' }> => each.state === 'present' && each.index === index && each.reading.kind !== 'edited');
}

function restoredRules(route: SurveyedRoute, targets: Targets, stays: boolean): DesiredRule[] {
  const { key, found, added } = route;
  return (found?.object.spec.rules ?? []).flatMap((rule, index): DesiredRule[] => {
    if (added.includes(index)) return [];
    const state = presentState(route, index);
    if (!state) return [{ rule, from: index }];
    const { backendRefs, emptyFilters } = state.claim;
    const filters = (rule.filters ?? []).filter((filter) => !mirrorsCanary(filter, key.namespace, targets));
    const next = { ...rule, backendRefs: stays ? splitRefs(backendRefs, splitOf(WHOLE), key.namespace, targets) : backendRefs };
    return [{ rule: withFilters(next, filters, emptyFilters === true), from: index }];
  });
}

/** Whether a rule that was edited still leads to a Service that is going; what else was edited is left to whoever edited it. */
function isStillSteered({ key, found, rules, added }: SurveyedRoute, targets: Targets): boolean {
  if (targets.own) return rules.some((state) => state.state === 'present' && state.reading.kind === 'edited');
  const restored = new Set(rules.flatMap((state) => (state.state === 'present' && state.reading.kind !== 'edited' ? [state.index] : [])));
  return (found?.object.spec.rules ?? []).some((rule, index) => !added.includes(index) && !restored.has(index) && namesCanary(rule, key.namespace, targets));
}

import { resources } from '../../kubernetes/resources.js';
import { equalJson } from '../json-values.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, ReleaseContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { tidyStage } from '../canary-service/release.js';
import { barrier, isReached } from '../stages.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims } from './claims.js';
import { usersRules } from './destination-rule.js';
import { endDestinations } from './end-routes.js';
import { isExtra } from './extra-names.js';
import { subsetsNamed } from './named-subsets.js';
import { routeLists, routesOf, type IstioConfig } from './objects.js';
import { ourRuleName } from './our-objects.js';
import { removePreview } from './preview-host.js';
import { patchVirtualService, type RouteChange } from './route-patch.js';
import { editingProblems } from './route-problems.js';
import { scopeOf } from './scope.js';
import { hashesOf, mirroringBack } from './steering.js';
import { survey } from './survey.js';
import { allMirrorFields } from './weights-stage.js';

/** First the routes as they are to stay, without ours, then, when nothing names its subsets any more, away with our DestinationRule. */
export function releaseRoutes(config: IstioConfig, found: Found, recorded: readonly Claim[], context: ReleaseContext): RoutingPlan {
  const { versions, ...known } = context;
  const scope = scopeOf(versions ? { ...known, versions } : known, found);
  const rules = usersRules(found, scope.service);
  const claims = parseClaims(recorded);
  const surveyed = survey(claims, found, scope.services ?? scope.subsets ? hashesOf(scope) : undefined, scope);
  const present = scope.service.name === '' ? undefined : found.get(resources.destinationRules, ourRuleName(scope.service.name));
  const rule = present && isOurObject(present.object, scope.policy) ? present.object : undefined;
  const subsets = new Set((rule?.spec.subsets ?? []).map(({ name }) => name));

  const problems: RoutingProblem[] = [];
  const writes: RoutingWrite[] = removePreview(found, scope);
  for (const virtualService of surveyed) {
    if (!virtualService.found) continue;
    const object = virtualService.found.object;
    const settled = new Set<string>();
    const changes = virtualService.routes.flatMap((state): RouteChange[] => {
      if (state.state !== 'present') return [];
      const end = endDestinations(state.claim.route, context.after?.lead, scope, rules);
      const atEnd = equalJson(state.route.route, end);
      if (state.reading.kind === 'edited' && !atEnd) return [];
      settled.add(`${state.list}/${state.index}`);
      return [{ list: state.list, index: state.index, fields: { route: [...end], ...(state.list === 'http' ? allMirrorFields(mirroringBack(virtualService, state, scope)) : {}) } }];
    });
    if (virtualService.routes.length > 0) writes.push(...patchVirtualService(virtualService, scope.policy, changes, new Map()));
    // What was edited and names none of our subsets is left to whoever edited it.
    const unsettled = routeLists.flatMap((list) => routesOf(object, list).filter((route, index) => !settled.has(`${list}/${index}`) && !isExtra(route, scope.policy)));
    if (unsettled.some(({ route = [] }) => route.some(({ destination }) => subsets.has(destination.subset ?? '')))) problems.push(...editingProblems(virtualService));
  }
  const acceptances = rule ? surveyed.flatMap(({ found: object }) => (object ? [acceptanceOf(object, found.now, config)] : [])) : [];
  const routes: Stage = { name: 'routes', writes, ...barrier(problems, acceptances) };

  const named = [...subsetsNamed(config, claims, found, scope)].filter((name) => subsets.has(name));
  const removal: Stage = {
    name: 'destination-rule',
    writes: rule && named.length === 0 ? [{ action: 'delete', resource: resources.destinationRules, name: rule.metadata.name, resourceVersion: rule.metadata.resourceVersion ?? '' }] : [],
    waitsFor: rule && named.length > 0 ? `routes still name subset ${named.join(', ')} of DestinationRule ${rule.metadata.name}` : undefined,
  };
  const services = tidyStage(found, recorded, context);
  return { stages: [routes, removal, ...(isReached(services) ? [] : [{ ...services, name: 'preview-service' }])], claims: [...recorded] };
}

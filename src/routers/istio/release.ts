import { resources } from '../../kubernetes/resources.js';
import type { Claim, Found, RouterContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims } from './claims.js';
import { isOurRule, ourRuleName } from './destination-rule.js';
import type { IstioConfig } from './objects.js';
import { patchRoutes } from './route-patch.js';
import { editingProblems } from './route-problems.js';
import { barrier } from './stages.js';
import { survey } from './survey.js';
import { subsetsNamed } from './write.js';

/** First the routes as they were found, then, when nothing names its subsets any more, away with our DestinationRule. */
export function releaseRoutes(config: IstioConfig, found: Found, recorded: readonly Claim[], context: Omit<RouterContext, 'versions'>): RoutingPlan {
  const service = { name: context.service, namespace: context.namespace };
  const surveyed = survey(parseClaims(recorded), found, undefined, service);
  const present = found.get(resources.destinationRules, ourRuleName(context.service));
  const rule = present && isOurRule(present.object, context.policy) ? present.object : undefined;
  const subsets = new Set((rule?.spec.subsets ?? []).map(({ name }) => name));

  const problems: RoutingProblem[] = [];
  const writes: RoutingWrite[] = [];
  for (const virtualService of surveyed) {
    if (!virtualService.found) continue;
    const object = virtualService.found.object;
    const back = virtualService.routes.flatMap((state) =>
      state.state === 'present' && (state.reading.kind === 'split' || state.reading.kind === 'stale')
        ? [{ index: state.index, next: state.claim.route }]
        : [],
    );
    writes.push(...patchRoutes(object, back));
    // What was edited and names none of our subsets is left to whoever edited it.
    const restored = new Set(back.map(({ index }) => index));
    const named = (object.spec.http ?? []).some(({ route = [] }, index) => !restored.has(index) && route.some(({ destination }) => subsets.has(destination.subset ?? '')));
    if (named) problems.push(...editingProblems(virtualService));
  }
  const acceptances = rule ? surveyed.flatMap(({ found: object }) => (object ? [acceptanceOf(object, found.now, config)] : [])) : [];
  const routes: Stage = { name: 'routes', writes, ...barrier(problems, acceptances) };

  const named = [...subsetsNamed(found, service)].filter((name) => subsets.has(name));
  const removal: Stage = {
    name: 'destination-rule',
    writes: rule && named.length === 0 ? [{ action: 'delete', resource: resources.destinationRules, name: rule.metadata.name, resourceVersion: rule.metadata.resourceVersion ?? '' }] : [],
    waitsFor: rule && named.length > 0 ? `routes still name subset ${named.join(', ')} of DestinationRule ${rule.metadata.name}` : undefined,
  };
  return { stages: [routes, removal], claims: [...recorded] };
}

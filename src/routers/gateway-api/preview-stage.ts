import type { Split } from '../../model/split.js';
import { isOurObject } from '../our-objects.js';
import type { Found, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { barrier, type Acceptance } from '../stages.js';
import { acceptanceOf } from './acceptance.js';
import { routeResource, routeTitle, type GatewayApiConfig, type RouteKey } from './objects.js';
import { previewRoute, previewRouteName, writePreviewRoute } from './preview-route.js';
import { steeredRules } from './route-plan.js';
import { getRoute } from './selection.js';
import type { SurveyedRoute } from './survey.js';
import type { Targets } from './targets.js';

/** A route of ours beside each of the user's, where a preview asks for a host of its own. */
export function previewStage(config: GatewayApiConfig, { preview }: Split, surveyed: readonly SurveyedRoute[], found: Found, targets: Targets, policy: string): Stage[] {
  const host = preview?.host;
  if (host === undefined) return [];
  const problems: RoutingProblem[] = [];
  const writes: RoutingWrite[] = [];
  const acceptances: Acceptance[] = [];
  for (const route of surveyed) {
    if (!route.found) continue;
    const key = previewKey(route.key);
    const title = routeTitle(key, targets.namespace);
    const present = getRoute(found, key, targets.namespace);
    if (route.found.object.spec.hostnames?.includes(host)) {
      problems.push({ place: `${routeTitle(route.key, targets.namespace)}, spec.hostnames`, problem: `is live on the preview host ${host}`, remedy: 'choose another preview host' });
    } else if (present && !isOurObject(present.object, policy)) {
      problems.push({ place: title, problem: 'has the name that Serin gives its own, but was not made by it', remedy: 'rename it' });
    } else {
      writes.push(...writePreviewRoute(previewRoute(route.key, route.found.object, steeredRules(route, targets), host, policy), present?.object, key));
      if (present) acceptances.push(acceptanceOf(key, present, found, config, targets.namespace));
    }
  }
  return [{ name: 'preview', writes, ...barrier(problems, acceptances) }];
}

const previewKey = ({ kind, name, namespace }: RouteKey): RouteKey => ({ kind, namespace, name: previewRouteName(name) });

/** Away with the routes of ours. @param wanted whether those of routes that are steered stay */
export function removePreviewRoutes(found: Found, surveyed: readonly SurveyedRoute[], policy: string, wanted: boolean): RoutingWrite[] {
  return surveyed.flatMap(({ key, found: user }): RoutingWrite[] => {
    const { kind, name, namespace } = previewKey(key);
    const present = found.get(routeResource(kind), name, namespace)?.object;
    if (!present || !isOurObject(present, policy) || (wanted && user)) return [];
    return [{ action: 'delete', resource: routeResource(kind), name, namespace, resourceVersion: present.metadata.resourceVersion ?? '' }];
  });
}

import { POLICY_LABEL } from '../../model/resources.js';
import type { RoutingProblem } from '../router.js';
import { titleOf, type DestinationRule } from './objects.js';
import { serviceOf, type Scope } from './scope.js';
import type { SelectedVirtualService } from './selection.js';

/** What keeps a VirtualService as a whole from being steered. */
export function virtualServiceProblems({ object: { metadata, spec }, namespace, routes }: Omit<SelectedVirtualService, 'named'>, scope: Scope): RoutingProblem[] {
  const place = titleOf(metadata.name, namespace, scope.service.namespace);
  const leads = (host: string): boolean => serviceOf(host, namespace ?? scope.service.namespace, scope) !== undefined;
  const problems: RoutingProblem[] = [];
  if (spec.exportTo && !spec.exportTo.includes('*')) {
    problems.push({
      place: `${place}, spec.exportTo`,
      problem: `is seen only from ${spec.exportTo.join(', ')}: clients elsewhere would reach both versions without a split`,
      remedy: 'leave exportTo out, or set it to ["*"]',
    });
  }
  if ((spec.hosts ?? []).length === 0) {
    problems.push({ place: `${place}, spec.hosts`, problem: 'has no hosts: it is a delegate of another VirtualService, which is not supported', remedy: 'move its routes to the Service into a VirtualService with hosts' });
  }
  const isForService = (spec.hosts ?? []).some(leads);
  (spec.http ?? []).forEach(({ delegate }, index) => {
    if (!delegate) return;
    problems.push({
      place: `${place}, spec.http[${index}].delegate`,
      problem: `hands requests on to VirtualService ${delegate.name ?? ''}, where they are not steered`,
      remedy: 'write the routes to the Service here, without a delegate',
      // Beside a route to the Service it may well lead elsewhere; on the Service's own host it cannot.
      severity: isForService ? 'error' : 'warning',
    });
  });
  for (const kind of ['tcp', 'tls'] as const) {
    (spec[kind] ?? []).forEach(({ route = [] }, index) => {
      if (routes.some((each) => each.list === kind && each.index === index) || !route.some(({ destination }) => leads(destination.host))) return;
      problems.push({
        place: `${place}, spec.${kind}[${index}]`,
        problem: `is a ${kind} route to the Service, and not among the routes to steer: its connections reach both versions by number of Pods`,
        remedy: `add {name: ${metadata.name}, ${kind}: [{}]} to router.istio.virtualServices, or serve the port as HTTP with an http route`,
      });
    });
  }
  return problems;
}

/** That the name of our DestinationRule is taken. */
export function ruleConflict({ metadata }: DestinationRule): RoutingProblem {
  const owner = metadata.labels?.[POLICY_LABEL];
  return {
    place: `DestinationRule ${metadata.name}`,
    problem: owner === undefined ? 'has the name that Serin gives its own, but was not made by it' : `belongs to policy ${owner}, which steers the same Service`,
    remedy: owner === undefined ? 'rename it' : `keep one policy for the Service, or delete DestinationRule ${metadata.name} if that policy is gone`,
  };
}

/** What in a DestinationRule of the user's keeps Istio from merging ours with it. */
export function mergingProblems({ metadata, spec }: DestinationRule): RoutingProblem[] {
  if (spec.workloadSelector === undefined) return [];
  return [
    {
      place: `DestinationRule ${metadata.name}, spec.workloadSelector`,
      problem: 'holds for chosen clients only, and those would not see the subsets of Serin',
      remedy: 'leave workloadSelector out',
    },
  ];
}

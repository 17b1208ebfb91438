import type { RoutingWrite } from '../router.js';
import { equalJson } from '../json-values.js';
import { nameBeside } from '../name-beside.js';
import { ourLabels } from '../our-objects.js';
import { canaryRefs, type Steered } from './added-rules.js';
import { mirrorsCanary } from './mirror.js';
import { normalRule } from './normal-form.js';
import { GATEWAY_API_GROUP, routeResource, type ParentRef, type Route, type RouteKey } from './objects.js';

const ENDING = '-serin-preview';

/** Name of the route of ours that shows the canary on a host of its own. */
export const previewRouteName = (route: string): string => nameBeside(route, ENDING);

/** A route of ours beside the user's: the same parents, another host, and the canary alone. */
export function previewRoute(key: RouteKey, like: Route, steered: readonly Steered[], host: string, policy: string): Route {
  const rules = steered.map(({ rule, found, namespace, targets }) => {
    const { name: _name, filters = [], ...rest } = rule;
    const others = filters.filter((filter) => !mirrorsCanary(filter, namespace, targets));
    return { ...rest, ...(others.length > 0 ? { filters: others } : {}), backendRefs: canaryRefs(found, namespace, targets) };
  });
  return {
    apiVersion: `${GATEWAY_API_GROUP}/v1`,
    kind: key.kind,
    metadata: { name: previewRouteName(key.name), namespace: key.namespace, labels: ourLabels(policy) },
    spec: { parentRefs: like.spec.parentRefs ?? [], hostnames: [host], rules },
  };
}

/** Makes the route, or makes it right. */
export function writePreviewRoute(desired: Route, present: Route | undefined, key: RouteKey): RoutingWrite[] {
  const resource = routeResource(key.kind);
  if (!present) return [{ action: 'create', resource, object: desired }];
  if (equalJson(comparable(desired, key.kind === 'HTTPRoute'), comparable(present, key.kind === 'HTTPRoute'))) return [];
  const { name, resourceVersion = '' } = present.metadata;
  return [{ action: 'patch', resource, name, namespace: key.namespace, patchKind: 'json', patch: [{ op: 'replace', path: '/spec', value: desired.spec }], resourceVersion }];
}

const comparable = ({ spec }: Route, isHttp: boolean): unknown => ({
  ...spec,
  parentRefs: (spec.parentRefs ?? []).map((ref) => normalParent(ref)),
  rules: (spec.rules ?? []).map((rule) => normalRule(rule, isHttp)),
});

/** A parentRef with its defaults. @param namespace of the route, where it is to be filled in */
export function normalParent({ group = GATEWAY_API_GROUP, kind = 'Gateway', ...rest }: ParentRef, namespace?: string): ParentRef {
  return { ...(namespace === undefined ? {} : { namespace }), ...rest, group, kind };
}

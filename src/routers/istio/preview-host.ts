import { apiVersionOf } from '../../kubernetes/objects.js';
import { resources } from '../../kubernetes/resources.js';
import { equalJson } from '../json-values.js';
import { ourLabels } from '../our-objects.js';
import type { Found, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import type { IstioConfig, VirtualService } from './objects.js';
import type { SteeredRoute } from './extra-routes.js';
import { mirrorFields } from './mirroring.js';
import { isOurVirtualService, previewName } from './our-objects.js';
import type { Scope } from './scope.js';
import { barrier } from '../stages.js';
import type { SurveyedVirtualService } from './survey.js';
import { allTo, type Hashes } from './weights.js';

/** A VirtualService with its steered http routes. */
export interface SteeredVirtualService {
  readonly surveyed: SurveyedVirtualService;
  readonly routes: readonly SteeredRoute[];
}

/** A VirtualService of our own for the preview host: what the steered routes do, to the canary alone. */
function previewVirtualService(host: string, steered: readonly SteeredVirtualService[], hashes: Hashes, scope: Scope): VirtualService {
  const gateways = new Set(steered.flatMap(({ surveyed }) => gatewaysOf(surveyed, scope.service.namespace)));
  const http = steered.flatMap(({ surveyed, routes }) =>
    routes.map(({ state: { route, claim }, mirroring }) => {
      const rest = Object.fromEntries(Object.entries(route).filter(([field]) => field !== 'name' && !mirrorFields.some((each) => each === field)));
      const absolute = allTo(claim.route, 'canary', hashes).map((each) => ({ ...each, destination: { ...each.destination, host: qualified(each.destination.host, surveyed.namespace) } }));
      return { ...rest, ...mirroring.users, route: absolute };
    }),
  );
  return {
    apiVersion: apiVersionOf(resources.virtualServices),
    kind: resources.virtualServices.kind,
    metadata: { name: previewName(scope.policy), namespace: scope.service.namespace, labels: ourLabels(scope.policy) },
    spec: { hosts: [host], ...(gateways.size === 0 ? {} : { gateways: [...gateways] }), http: http.filter((route, index) => http.findIndex((other) => equalJson(other, route)) === index) },
  };
}

/** A VirtualService without gateways is for the mesh; gateways without a namespace are of its own. */
function gatewaysOf({ found, namespace }: SurveyedVirtualService, releaseNamespace: string): string[] {
  const gateways = found?.object.spec.gateways ?? [];
  if (gateways.length === 0) return ['mesh'];
  return gateways.map((name) => {
    if (name === 'mesh') return name;
    const [first = '', second] = name.split('/');
    const [of, gateway] = second === undefined ? [namespace ?? releaseNamespace, first] : [first === '.' ? (namespace ?? releaseNamespace) : first, second];
    return of === releaseNamespace ? gateway : `${of}/${gateway}`;
  });
}

/** Names without a dot are completed by the namespace of the object that holds them. */
function qualified(host: string, namespace: string | undefined): string {
  return namespace === undefined || host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** Makes, changes or takes away the VirtualService of the preview host. */
export function previewStage(host: string | undefined, steered: readonly SteeredVirtualService[], hashes: Hashes, config: IstioConfig, found: Found, scope: Scope): Stage {
  const name = previewName(scope.policy);
  const present = found.get(resources.virtualServices, name);
  const stage = { name: 'preview', writes: [], waitsFor: undefined };
  if (host === undefined || steered.every(({ routes }) => routes.length === 0)) return { ...stage, writes: removePreview(found, scope) };
  if (present && !isOurVirtualService(present.object, scope.policy)) return { ...stage, waitsFor: `VirtualService ${name}: has the name that Serin gives its own, but was not made by it; rename it` };
  const wanted = previewVirtualService(host, steered, hashes, scope);
  if (!present) return { ...stage, writes: [{ action: 'create', resource: resources.virtualServices, object: wanted }] };
  const writes: RoutingWrite[] = equalJson(present.object.spec, wanted.spec)
    ? []
    : [
        {
          action: 'patch',
          resource: resources.virtualServices,
          name,
          patchKind: 'json',
          patch: [{ op: 'replace', path: '/spec', value: wanted.spec }],
          resourceVersion: present.object.metadata.resourceVersion ?? '',
        },
      ];
  return { ...stage, writes, ...barrier([], [acceptanceOf(present, found.now, config)]) };
}

/** Takes the VirtualService of the preview host away, where it is ours. */
export function removePreview(found: Found, { policy }: Scope): RoutingWrite[] {
  const present = found.get(resources.virtualServices, previewName(policy));
  if (!present || !isOurVirtualService(present.object, policy)) return [];
  return [{ action: 'delete', resource: resources.virtualServices, name: present.object.metadata.name, resourceVersion: present.object.metadata.resourceVersion ?? '' }];
}

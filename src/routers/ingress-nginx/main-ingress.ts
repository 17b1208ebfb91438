import { resources } from '../../kubernetes/resources.js';
import type { Preview } from '../../model/preview.js';
import type { Role } from '../../model/version.js';
import type { Backends } from '../canary-service/backends.js';
import type { RoutingWrite } from '../router.js';
import { samePath, type IngressClaim } from './claims.js';
import type { IngressNginxConfig } from './objects.js';
import { fitsIn, hostsOf, previewPath } from './preview.js';
import { servicePaths, type MainIngress } from './selection.js';

/** What is to be recorded of a main Ingress before it is changed. @param lives the Services that versions have of their own */
export function claimMain(config: IngressNginxConfig, main: MainIngress, known: IngressClaim | undefined, backends: Backends, preview: Preview | undefined): IngressClaim | undefined {
  const path = preview?.path === undefined || !fitsIn(config, main) ? undefined : previewPath(preview.path);
  const old = known?.backends ?? [];
  const fresh = backends.own ? main.paths.filter((each) => !old.some((other) => samePath(other, each))) : [];
  const claim: IngressClaim = {
    name: main.name,
    backends: [...old, ...fresh.map(({ host, path: text, pathType, service }) => ({ host, path: text, pathType, service }))],
    preview: [...new Set([...(known?.preview ?? []), ...(path === undefined ? [] : [path])])],
    ...(backends.own ? { canary: backends.service.canary } : {}),
  };
  return claim.backends.length + claim.preview.length === 0 ? known : claim;
}

/** What a main Ingress is to be: where its live paths lead, and the preview path in it. */
export interface MainWanted {
  /** Undefined leaves live paths as they are. */
  readonly service: ((path: { readonly host: string; readonly path: string; readonly pathType: string; readonly service: string }) => string) | undefined;
  readonly preview: { readonly path: string; readonly service: string } | undefined;
}

/** One patch for all of it, so that promotion and the end of the preview are one update. */
export function patchMain(main: MainIngress, claim: IngressClaim | undefined, wanted: MainWanted): RoutingWrite[] {
  const { object } = main.found;
  const all = servicePaths(object);
  const ours = all.filter(({ path }) => claim?.preview.includes(path) === true);
  const kept = (rule: number): boolean => wanted.preview !== undefined && hostsOf(main).some((host) => host.rule === rule);
  const changes: unknown[] = [];
  for (const path of main.paths) {
    const service = wanted.service?.(path) ?? path.service;
    if (service !== path.service) changes.push({ op: 'replace', path: `/spec/rules/${path.rule}/http/paths/${path.index}/backend/service/name`, value: service });
  }
  for (const { rule, index, path, service } of ours) {
    if (!kept(rule) || path !== wanted.preview?.path) continue;
    if (service !== wanted.preview.service) changes.push({ op: 'replace', path: `/spec/rules/${rule}/http/paths/${index}/backend/service/name`, value: wanted.preview.service });
  }
  // From the last to the first, so that no removal moves another.
  const leaving = ours.filter(({ rule, path }) => !kept(rule) || path !== wanted.preview?.path);
  for (const { rule, index } of [...leaving].sort((a, b) => b.rule - a.rule || b.index - a.index)) changes.push({ op: 'remove', path: `/spec/rules/${rule}/http/paths/${index}` });
  if (wanted.preview) {
    const { path, service } = wanted.preview;
    for (const { rule, host, port } of hostsOf(main)) {
      if (ours.some((each) => each.host === host && each.path === path)) continue;
      changes.push({ op: 'add', path: `/spec/rules/${rule}/http/paths/-`, value: { path, pathType: 'ImplementationSpecific', backend: { service: { name: service, port } } } });
    }
  }
  if (changes.length === 0) return [];
  return [{ action: 'patch', resource: resources.ingresses, name: main.name, patchKind: 'json', patch: changes, resourceVersion: object.metadata.resourceVersion ?? '' }];
}

/** To which version the live paths lead, where versions have Services of their own; undefined when they disagree. */
export function leadOf(selected: readonly MainIngress[], backends: Backends): Role | undefined {
  const leads = selected.flatMap(({ paths }) => paths.map(({ service }): Role => (service === backends.service.canary ? 'canary' : 'stable')));
  const [first] = leads;
  return leads.every((lead) => lead === first) ? first : undefined;
}

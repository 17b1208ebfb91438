import { pathOf, pathTypeOf, type ReadIngress } from './ingresses.js';
import { DEFAULT_SERVER, hostOf, type Location, type PathProblem, type Servers } from './servers.js';
import { upstreamName, type Upstream, type Upstreams } from './upstreams.js';

/**
 * Puts the canaries beside the upstreams that the paths they name lead to. A path that leads nowhere takes the canary's
 * upstream away altogether, also from paths where it would have found its place.
 */
export function mergeCanaries(ingresses: readonly ReadIngress[], upstreams: Upstreams, servers: Servers, problems: PathProblem[]): void {
  if (ingresses.every(({ settings }) => settings.canary !== undefined)) return;
  for (const read of ingresses) {
    // What is refused reaches nobody; the Ingress it is a canary of goes on.
    if (read.settings.canary === undefined || read.settings.problem !== undefined) continue;
    const { ingress } = read;
    const merge = (backend: Parameters<typeof upstreamName>[1], host: string, matches: (location: Location) => boolean, at: string): void => {
      const canary = upstreams.get(upstreamName(ingress, backend));
      const server = servers.get(host);
      const problem = canary && server && mergeOne(read, canary, server.locations.filter((location) => location.upstream !== undefined), matches, upstreams);
      if (canary === undefined) problems.push({ ingress, message: `${at}: the canary's backend ${backend.name} was taken away, because another path of it has no main Ingress` });
      else if (server === undefined) problems.push({ ingress, message: `${at}: no main Ingress has the host ${host}` });
      else if (problem !== undefined) problems.push({ ingress, message: `${at}: ${problem}` });
    };
    const { defaultBackend, rules = [] } = ingress.spec;
    if (defaultBackend?.service) merge(defaultBackend.service, DEFAULT_SERVER, () => true, 'spec.defaultBackend');
    for (const [index, { host, http }] of rules.entries()) {
      for (const [position, path] of (http?.paths ?? []).entries()) {
        const matches = (location: Location): boolean => location.path === pathOf(path) && location.type === pathTypeOf(path);
        if (path.backend.service) merge(path.backend.service, hostOf(host), matches, `spec.rules[${index}].http.paths[${position}]`);
      }
    }
  }
}

/** @returns why there is no canary */
function mergeOne(read: ReadIngress, canary: Upstream, locations: readonly Location[], matches: (location: Location) => boolean, upstreams: Upstreams): string | undefined {
  let merged = false;
  let first: string | undefined;
  for (const location of locations) {
    const main = upstreams.get(location.upstream ?? '');
    if (main === undefined) continue;
    if (main === canary) return `${canary.host} is a main backend too, at ${location.path}, so that it cannot be a canary`;
    if (main.isCanary || !matches(location)) continue;
    merged = mergeInto(read, main, canary);
    first = main.alternatives[0];
  }
  if (merged) return first === canary.name ? undefined : `only one canary counts for each backend, and ${first ?? ''} was there first`;
  upstreams.delete(canary.name);
  return 'no main Ingress has this host and path';
}

function mergeInto({ settings }: ReadIngress, main: Upstream, canary: Upstream): boolean {
  if (main.alternatives.includes(canary.name)) return true;
  if (!settings.affinity.legacyCanary) canary.affinity = { ...main.affinity, locations: new Map(main.affinity.locations) };
  main.alternatives.push(canary.name);
  return true;
}

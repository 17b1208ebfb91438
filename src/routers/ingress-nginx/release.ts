import { resources } from '../../kubernetes/resources.js';
import { tidyStage, unpinStage } from '../canary-service/release.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, ReleaseContext, RoutingPlan, RoutingWrite, Stage } from '../router.js';
import { settling } from './acceptance.js';
import { remove, silence } from './canary-ingress.js';
import { parseClaims, samePath } from './claims.js';
import { patchMain } from './main-ingress.js';
import { isOn, type IngressNginxConfig } from './objects.js';
import { servicePaths, type MainIngress } from './selection.js';

/** First the Service for all, then the main Ingresses, then away with ours, then with the Services that nothing names any more. */
export function releaseRoutes(config: IngressNginxConfig, found: Found, recorded: readonly Claim[], context: ReleaseContext): RoutingPlan {
  const claims = parseClaims(recorded);
  const writes: RoutingWrite[] = [];
  const touched: MainIngress['found'][] = [];
  for (const claim of claims) {
    const full = found.get(resources.ingresses, claim.name);
    if (!full) continue;
    const lead = context.after?.lead;
    const stays = lead === undefined ? undefined : context.versions?.[lead].service;
    const all = servicePaths(full.object).filter(({ path }) => !claim.preview.includes(path));
    const found0 = (path: (typeof all)[number]): string | undefined => claim.backends.find((each) => samePath(each, path))?.service;
    const services = new Set([claim.canary, stays, context.versions?.stable.service, ...claim.backends.map(({ service }) => service)]);
    // What someone else chose for a path is left to them.
    const paths = all.filter((path) => found0(path) !== undefined && services.has(path.service));
    const main = { found: full, name: claim.name, paths };
    const back = patchMain(main, claim, { service: (path) => stays ?? claim.backends.find((each) => samePath(each, path))?.service ?? path.service, preview: undefined });
    writes.push(...back);
    touched.push(full);
  }
  const ours = found.list(resources.ingresses).filter((ingress) => isOurObject(ingress, context.policy));
  const canaries = ours.filter((ingress) => isOn(config, ingress, 'canary'));
  const routes: Stage = { name: 'routes', writes, ...(ours.length > 0 ? settling(config, touched, found.now) : { waitsFor: undefined }) };
  const quiet: Stage = {
    name: 'weights',
    writes: canaries.flatMap((each) => silence(config, each, found)),
    ...settling(config, canaries.flatMap(({ metadata }) => found.get(resources.ingresses, metadata.name) ?? []), found.now),
  };
  const gone: Stage = { name: 'leftovers', writes: ours.map(remove), waitsFor: undefined };
  return { stages: [...unpinStage(found, recorded, context), routes, quiet, gone, tidyStage(found, recorded, context)], claims: [...recorded] };
}

import { resources } from '../../kubernetes/resources.js';
import { WHOLE, splitOf, type Split } from '../../model/split.js';
import { backendsOf } from '../canary-service/backends.js';
import { readServices } from '../canary-service/read.js';
import { isOurObject } from '../our-objects.js';
import { nameBeside } from '../name-beside.js';
import type { Claim, Found, RouterContext, RoutingProblem, RoutingState } from '../router.js';
import { settling } from './acceptance.js';
import { shareOf } from './canary-ingress.js';
import { parseClaims } from './claims.js';
import { leadOf } from './main-ingress.js';
import { foreignCanary, mainProblems, nameTaken, weightProblems } from './object-problems.js';
import { type IngressNginxConfig } from './objects.js';
import { foreignCanaries, selectMains } from './selection.js';

/** Reads the split back: the canary Ingresses' weight while main Ingresses lead to stable, everything when they lead to the canary. */
export function readSplit(config: IngressNginxConfig, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingState {
  const claims = parseClaims(recorded);
  const backends = backendsOf(context);
  const services = readServices(found, recorded, context);
  if (backends.own && claims.length === 0) return { written: undefined, accepted: undefined, problems: [] };
  const mains = selectMains(config, found, context, claims);
  const lead = backends.own ? leadOf(mains, backends) : services.lead;
  const canaries = mains.map(({ name }) => found.get(resources.ingresses, nameBeside(name, '-serin-canary')));
  const foreign = foreignCanaries(config, found, context.policy, mains.flatMap(({ paths }) => paths));
  const problems: RoutingProblem[] = [
    ...services.problems,
    ...(mains.length === 0 && context.lastWritten !== undefined ? [lost(backends.service.stable)] : []),
    ...foreign.map(({ object, path }) => foreignCanary(object, path)),
  ];
  const last = context.lastWritten?.shares.canary;
  for (const [index, main] of mains.entries()) {
    const canary = canaries[index]?.object;
    const claim = claims.find(({ name }) => name === main.name);
    const expected = backends.own && last !== undefined ? last === WHOLE ? backends.service.canary : backends.service.stable : undefined;
    problems.push(...mainProblems(main, claim, expected));
    if (canary && !isOurObject(canary, context.policy)) problems.push(nameTaken(canary));
    else if (canary && lead === 'stable') problems.push(...weightProblems(config, canary, context));
    else if (!canary && lead !== 'canary' && !context.amongSeveral && last !== undefined && last > 0 && last < WHOLE) problems.push(deleted(nameBeside(main.name, '-serin-canary')));
  }
  const written = mains.length === 0 || lead === undefined ? undefined : lead === 'canary' ? splitOf(WHOLE) : common(canaries.map((each) => (each && isOurObject(each.object, context.policy) ? shareOf(config, each.object) : 0)));
  const service = backends.own ? undefined : found.get(resources.services, context.service);
  const touched = [...mains.filter(({ name }) => claims.some((claim) => claim.name === name)).map((main) => main.found), ...canaries.flatMap((each) => each ?? []), ...(service ? [service] : [])];
  const settled = settling(config, touched, found.now).waitsFor === undefined;
  return { written, accepted: settled && services.followed && foreign.length === 0 ? written : undefined, problems };
}

function common(shares: readonly (number | undefined)[]): Split | undefined {
  const [first] = shares;
  return first !== undefined && shares.every((share) => share === first) ? splitOf(first) : undefined;
}

const lost = (service: string): RoutingProblem => ({ place: `Service ${service}`, problem: 'no Ingress has a path to it any more', remedy: 'apply the Ingress again, or abort the release' });

const deleted = (name: string): RoutingProblem => ({ place: `Ingress ${name}`, problem: 'was deleted while it sent a share to the canary', remedy: 'see that no tool prunes it; Serin makes it again when the release goes on' });

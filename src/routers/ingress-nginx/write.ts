import { resources } from '../../kubernetes/resources.js';
import { WHOLE, type Split } from '../../model/split.js';
import type { Role } from '../../model/version.js';
import { backendsOf, previewServiceName, type Backends } from '../canary-service/backends.js';
import { readServices } from '../canary-service/read.js';
import { tidyStage } from '../canary-service/release.js';
import { canaryServiceStage, inOrder, pinStage, previewServiceStage } from '../canary-service/stages.js';
import { isOurObject } from '../our-objects.js';
import { nameBeside } from '../name-beside.js';
import type { Claim, Found, FoundObject, RouterContext, RoutingPlan, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { isReached, sentence, stoppedBy } from '../stages.js';
import { settling } from './acceptance.js';
import { canaryIngress, remove, silence, writeOurs } from './canary-ingress.js';
import { parseClaims, recordClaims, type IngressClaim } from './claims.js';
import { claimMain, leadOf, patchMain, type MainWanted } from './main-ingress.js';
import { sayMatches } from './matches.js';
import { foreignCanary, nameTaken } from './object-problems.js';
import { type Ingress, type IngressNginxConfig } from './objects.js';
import { fitsIn, previewIngresses, previewPath, previewProblems } from './preview.js';
import { foreignCanaries, selectMains, type MainIngress } from './selection.js';

/** Everything that the stages of one plan are made of. */
interface Plan {
  readonly config: IngressNginxConfig;
  readonly split: Split;
  readonly found: Found;
  readonly context: RouterContext;
  readonly backends: Backends;
  readonly lead: Role;
  readonly mains: readonly MainIngress[];
  readonly claims: readonly IngressClaim[];
  readonly problems: readonly RoutingProblem[];
  /** The Service for previews by path or host; undefined without such. */
  readonly previewService: string | undefined;
}

/**
 * A canary Ingress stands beside each main one while the canary gets some of the requests. At 0 there is none, and at 1000
 * the main one itself leads to the canary: by its Service's selector, or by its backends where versions have Services of
 * their own.
 */
export function writeSplit(config: IngressNginxConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const plan = prepare(config, split, found, recorded, context);
  const { backends, lead } = plan;
  const pin = (claims: readonly Claim[]): RoutingPlan => pinStage(found, claims, context, lead);
  const services = (claims: readonly Claim[]): RoutingPlan => inOrder(claims, (each) => canaryServiceStage(found, each, context), ...previewServices(plan).map((name) => (each: readonly Claim[]) => previewServiceStage(name, found, each, context)));
  const routes = (stages: readonly Stage[]) => (claims: readonly Claim[]): RoutingPlan => ({ stages, claims: recordClaims(claims, plan.claims) });
  const main = mainStage(plan);
  const canary = canaryStage(plan);
  const previews = previewStage(plan);

  const wanted = wantsCanary(plan);
  const led = backends.own ? leadOf(plan.mains, backends) : readServices(found, recorded, context).lead;
  const falling = lead === 'stable' && (!wanted || ours(plan, '-serin-canary').length > 0);
  const settle = settleStage(plan);
  const stages = lead === 'canary'
    ? inOrder(recorded, services, routes(gone(staleCanaries(plan))), pin, routes([main, previews, settle]))
    : falling && led === 'stable'
      ? inOrder(recorded, routes([canary]), pin, services, routes([main, previews, settle]))
      : falling
        ? inOrder(recorded, pin, routes([...(backends.own ? [main] : []), canary]), services, routes([...(backends.own ? [] : [main]), previews, settle]))
        : inOrder(recorded, pin, services, routes([main, previews, ...gone(unwanted(plan).filter(({ metadata }) => !metadata.name.endsWith('-serin-canary'))), canary, settle]));
  if (!stages.stages.every(isReached)) return stages;
  return { ...stages, stages: [...stages.stages, ...gone(unwanted(plan)), tidyStage(found, recorded, context, [context.canaryService, ...previewServices(plan)])] };
}

function prepare(config: IngressNginxConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): Plan {
  const backends = backendsOf(context);
  const known = parseClaims(recorded);
  const mains = selectMains(config, found, context, known);
  const lead: Role = split.shares.canary === WHOLE ? 'canary' : 'stable';
  const { preview } = split;
  const byRoute = preview?.path !== undefined || preview?.host !== undefined;
  // A Service cannot be the backend of a canary Ingress and of another path at once.
  const alone = backends.own && !(lead === 'stable' && (split.shares.canary > 0 || (split.matches ?? []).length > 0));
  const previewService = !byRoute ? undefined : (preview.service ?? (alone ? backends.service.canary : previewServiceName(context)));
  const claims = known.filter(({ name }) => mains.every((main) => main.name !== name)).concat(mains.flatMap((main) => claimMain(config, main, known.find(({ name }) => name === main.name), backends, preview) ?? []));
  const claimed = claims.flatMap((claim) => claim.preview);
  return { config, split, found, context, backends, lead, mains, claims, previewService, problems: [...blocking(config, found, mains, context, split), ...(preview ? previewProblems(config, preview, found, mains, context, claimed) : [])] };
}

/** What keeps a split from being written. */
function blocking(config: IngressNginxConfig, found: Found, mains: readonly MainIngress[], context: RouterContext, split: Split): RoutingProblem[] {
  const { service } = backendsOf(context);
  const lost = (config.ingresses ?? []).filter((name) => found.get(resources.ingresses, name) === undefined);
  const absent = mains.length === 0 ? [{ place: `Service ${service.stable}`, problem: 'no Ingress has a path to it', remedy: 'add one' }] : [];
  const taken = mains.flatMap(({ name }) => {
    const there = found.get(resources.ingresses, nameBeside(name, '-serin-canary'))?.object;
    return there && !isOurObject(there, context.policy) ? [nameTaken(there)] : [];
  });
  return [
    ...lost.map((name): RoutingProblem => ({ place: `Ingress ${name}`, problem: 'does not exist', remedy: 'create it, or take it out of router.ingressNginx.ingresses' })),
    ...absent,
    ...foreignCanaries(config, found, context.policy, mains.flatMap(({ paths }) => paths)).map(({ object, path }) => foreignCanary(object, path)),
    ...taken,
    ...sayMatches(config, split.matches ?? []).problems,
  ];
}

const previewServices = ({ split, previewService, backends }: Plan): string[] =>
  [...new Set([split.preview?.service, previewService])].filter((name) => name !== undefined).filter((name) => name !== backends.service.canary);

const wantsCanary = ({ lead, split }: Plan): boolean => lead === 'stable' && (split.shares.canary > 0 || (split.matches ?? []).length > 0);

/** Those of our Ingresses whose names end so. */
function ours({ found, context }: Plan, ending?: string): Ingress[] {
  return found.list(resources.ingresses).filter((ingress) => isOurObject(ingress, context.policy) && (ending === undefined || ingress.metadata.name.endsWith(ending)));
}

/** The main Ingress: where live paths lead, and the preview path in it. */
function mainStage(plan: Plan): Stage {
  const { config, found, mains, claims, backends, lead, split, previewService, problems } = plan;
  const writes = mains.flatMap((main): RoutingWrite[] => {
    const path = split.preview?.path;
    const wanted: MainWanted = {
      service: backends.own ? () => backends.service[lead] : undefined,
      preview: path !== undefined && previewService !== undefined && fitsIn(config, main) && problems.length === 0 ? { path: previewPath(path), service: previewService } : undefined,
    };
    return patchMain(main, claims.find(({ name }) => name === main.name), wanted);
  });
  const [problem] = problems;
  const touched = mains.filter(({ name }) => claims.some((claim) => claim.name === name));
  return { name: 'main', writes, ...(problem ? { waitsFor: sentence(problem) } : settling(config, touched.map((main) => main.found), found.now)) };
}

/**
 * The canary Ingresses. Such as are not wanted any more take nothing first, and go when that is taken over; while the main
 * Ingress leads to the canary it makes no difference what they say, and they only go.
 */
function canaryStage(plan: Plan): Stage {
  const { config, split, found, context, backends, mains, problems } = plan;
  const present = ours(plan, '-serin-canary');
  const [problem] = problems;
  if (!wantsCanary(plan)) {
    return { name: 'weights', writes: present.flatMap((each) => silence(config, each, found)), ...settling(config, foundOf(plan, present), found.now) };
  }
  if (problem) return stoppedBy(problem, 'weights');
  const desired = mains.map((main) => canaryIngress(config, main, split, backends.service.canary, context));
  return { name: 'weights', writes: desired.flatMap((each) => writeOurs(config, each, found)), ...settling(config, foundOf(plan, desired), found.now) };
}

/** Ingresses of ours for previews beside the main ones. */
function previewStage(plan: Plan): Stage {
  const { config, found, problems } = plan;
  const desired = wantedPreviews(plan);
  const [problem] = problems;
  if (problem && plan.split.preview) return stoppedBy(problem, 'preview');
  return { name: 'preview', writes: desired.flatMap((each) => writeOurs(config, each, found)), ...settling(config, foundOf(plan, desired), found.now) };
}

function wantedPreviews({ config, split, mains, previewService, context }: Plan): Ingress[] {
  const { preview } = split;
  return preview && previewService !== undefined ? mains.flatMap((main) => previewIngresses(config, main, preview, previewService, context)) : [];
}

/** Until the lead is taken over; canary Ingresses that it makes needless stay for so long. */
function settleStage({ config, found, context, backends, mains }: Plan): Stage {
  const service = backends.own ? undefined : found.get(resources.services, context.service);
  return { name: 'settle', writes: [], ...settling(config, [...mains.map((main) => main.found), ...(service ? [service] : [])], found.now) };
}

/**
 * Canary Ingresses that are not younger than the main ones. ingress-nginx makes a backend after the Ingress that named it
 * first, so that one that is named by a canary first would not be served as a main backend.
 */
function staleCanaries(plan: Plan): Ingress[] {
  if (!plan.backends.own) return [];
  const born = ({ metadata }: Ingress): string => metadata.creationTimestamp ?? '';
  return ours(plan, '-serin-canary').filter((canary) => plan.mains.some(({ found: { object } }) => born(canary) !== '' && born(canary) <= born(object)));
}

/** What of ours this split has no use for. */
function unwanted(plan: Plan): Ingress[] {
  const names = [...(wantsCanary(plan) ? plan.mains.map(({ name }) => nameBeside(name, '-serin-canary')) : []), ...wantedPreviews(plan).map(({ metadata }) => metadata.name)];
  return ours(plan).filter(({ metadata }) => !names.includes(metadata.name));
}

const gone = (ingresses: readonly Ingress[]): Stage[] => (ingresses.length === 0 ? [] : [{ name: 'leftovers', writes: ingresses.map(remove), waitsFor: undefined }]);

function foundOf({ found }: Plan, ingresses: readonly Ingress[]): FoundObject[] {
  return ingresses.flatMap(({ metadata }) => found.get(resources.ingresses, metadata.name) ?? []);
}

import { resources } from '../../kubernetes/resources.js';
import type { Split } from '../../model/split.js';
import { equalJson } from '../json-values.js';
import { isOurObject } from '../our-objects.js';
import type { Claim, Found, RouterContext, RoutingPlan, RoutingWrite, Stage } from '../router.js';
import { previewServiceName } from '../canary-service/backends.js';
import { tidyStage } from '../canary-service/release.js';
import { inOrder, previewServiceStage } from '../canary-service/stages.js';
import { acceptanceOf } from './acceptance.js';
import { extendClaims } from './claiming.js';
import { parseClaims, recordClaims, sameObject, type VirtualServiceClaim } from './claims.js';
import { ruleFor, usersRules } from './destination-rule.js';
import { subsetsNamed } from './named-subsets.js';
import { ruleConflict } from './object-problems.js';
import type { DestinationRule, IstioConfig, Subset } from './objects.js';
import { ourRuleName } from './our-objects.js';
import { ownSubsetsStage } from './own-subsets.js';
import { previewStage } from './preview-host.js';
import { scopeOf, type Scope } from './scope.js';
import { barrier, isReached, sentence } from '../stages.js';
import { steeredRoutes } from './steering.js';
import { survey } from './survey.js';
import { serving, type Hashes } from './weights.js';
import { weightsStage } from './weights-stage.js';

/** First subsets, then the weights that name them, then away with subsets that nothing names any more. */
export function writeSplit(config: IstioConfig, split: Split, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingPlan {
  const scope = scopeOf(context, found);
  const rules = usersRules(found, scope.service);
  const { claims, problems } = extendClaims(config, found, parseClaims(recorded), rules, scope);
  const hashes: Hashes = { stable: context.versions.stable.hash, canary: context.versions.canary.hash, services: scope.services, subsets: scope.subsets };
  const surveyed = survey(claims, found, hashes, scope);
  const steered = surveyed.map((each) => steeredRoutes(each, split, hashes, scope));
  const definitions = scope.services || scope.subsets || scope.service.name === '' ? undefined : subsetDefinitions(config, claims, rules, found, context, scope);

  const preview = previewStage(split.preview?.host, steered, hashes, config, found, scope);
  const weights = weightsStage({ config, split, steered, hashes, rules, defined: definitions?.names, found, scope }, problems);
  const own = scope.subsets ? [ownSubsetsStage(config, split, rules, found, scope)] : [];
  const stages = [...(definitions ? [definitions.stage] : own), ...(split.preview?.host === undefined && isReached(preview) ? [] : [preview]), weights];
  const kept = recorded.filter((each) => !claims.some((claim) => each.kind === 'VirtualService' && sameObject(each, claim)));
  const before: RoutingPlan = { stages, claims: [...recordClaims(claims), ...kept] };
  return inOrder(before.claims, () => before, (known) => previewService(split, found, known, context), (known) => {
    const tidy = definitions && stages.every(isReached) ? definitions.tidy() : [];
    return { stages: tidy, claims: known };
  });
}

/** The Service of the preview while one is asked for; afterwards it goes. Those that other routers need are left to them. */
function previewService({ preview }: Split, found: Found, claims: readonly Claim[], context: RouterContext): RoutingPlan {
  if (preview?.service !== undefined) return previewServiceStage(preview.service, found, claims, context, false);
  const tidy = tidyStage(found, claims, context, [context.canaryService, previewServiceName(context)]);
  return { stages: isReached(tidy) ? [] : [{ ...tidy, name: 'preview-service' }], claims };
}

interface SubsetDefinitions {
  readonly stage: Stage;
  /** Of all subsets that the DestinationRule will have. */
  readonly names: ReadonlySet<string>;
  readonly tidy: () => Stage[];
}

/** The subsets that routes will name, in a DestinationRule of our own. */
function subsetDefinitions(config: IstioConfig, claims: readonly VirtualServiceClaim[], rules: readonly DestinationRule[], found: Found, context: RouterContext, scope: Scope): SubsetDefinitions {
  const usersNames = [...new Set(claims.flatMap(({ routes }) => routes.flatMap(({ route }) => serving(route).map(({ destination }) => destination.destination.subset))))];
  const present = found.get(resources.destinationRules, ourRuleName(scope.service.name));
  const keeping = (kept: readonly Subset[]): DestinationRule => ruleFor({ service: scope.service, policy: scope.policy }, context.versions, usersNames, rules, kept);
  const desired = keeping(present?.object.spec.subsets ?? []);
  return {
    stage: subsetsStage(config, desired, found, scope),
    names: new Set((desired.spec.subsets ?? []).map(({ name }) => name)),
    tidy: () => {
      if (!present) return [];
      const named = subsetsNamed(config, claims, found, scope);
      const tidy = keeping((present.object.spec.subsets ?? []).filter(({ name }) => named.has(name)));
      return [{ name: 'tidy', writes: writeRule(tidy, present.object), waitsFor: undefined }];
    },
  };
}

function subsetsStage(config: IstioConfig, desired: DestinationRule, found: Found, scope: Scope): Stage {
  const present = found.get(resources.destinationRules, desired.metadata.name);
  if (present && !isOurObject(present.object, scope.policy)) return { name: 'subsets', writes: [], waitsFor: sentence(ruleConflict(present.object)) };
  if (!present) return { name: 'subsets', writes: [{ action: 'create', resource: resources.destinationRules, object: desired }], waitsFor: undefined };
  const writes = writeRule(desired, present.object);
  return { name: 'subsets', writes, ...barrier([], [acceptanceOf(present, found.now, config)]) };
}

function writeRule(desired: DestinationRule, present: DestinationRule): RoutingWrite[] {
  if (equalJson(desired.spec, present.spec)) return [];
  return [
    {
      action: 'patch',
      resource: resources.destinationRules,
      name: present.metadata.name,
      patchKind: 'json',
      patch: [{ op: 'replace', path: '/spec', value: desired.spec }],
      resourceVersion: present.metadata.resourceVersion ?? '',
    },
  ];
}

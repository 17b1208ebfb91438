import { resources } from '../../kubernetes/resources.js';
import { equalSplits, type Split } from '../../model/split.js';
import type { Claim, Found, RouterContext, RoutingProblem, RoutingState } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims } from './claims.js';
import { isOurRule, ourRuleName } from './destination-rule.js';
import { ruleConflict } from './object-problems.js';
import type { IstioConfig } from './objects.js';
import { editingProblems, overwritingProblems } from './route-problems.js';
import { selectRoutes } from './selection.js';
import { survey, type SurveyedVirtualService } from './survey.js';
import { subsetsNamed } from './write.js';
import { versionOf } from './subset-names.js';

/** Reads the split back from all chosen routes: it is written when all of them say the same. */
export function readSplit(config: IstioConfig, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingState {
  const claims = parseClaims(recorded);
  if (claims.length === 0) return { written: undefined, accepted: undefined, problems: [] };
  const hashes = { stable: context.versions.stable.hash, canary: context.versions.canary.hash };
  const surveyed = survey(claims, found, hashes, { name: context.service, namespace: context.namespace });
  const rule = found.get(resources.destinationRules, ourRuleName(context.service));

  const objects = [...(rule ? [rule] : []), ...surveyed.flatMap(({ found: object }) => object ?? [])];
  const acceptances = objects.map((object) => acceptanceOf(object, found.now, config));
  const written = isComplete(config, found, surveyed, context) ? commonSplit(surveyed) : undefined;
  const problems = [
    ...surveyed.flatMap(editingProblems),
    ...surveyed.flatMap((each) => overwritingProblems(each, context.lastWritten)),
    ...ruleProblems(found, context),
    ...acceptances.flatMap((each) => (each.accepted || !each.problem ? [] : [each.problem])),
  ];
  const taken = rule !== undefined && acceptances.every(({ accepted }) => accepted);
  return { written, accepted: taken && ruleProblems(found, context).length === 0 ? written : undefined, problems };
}

/** The split that every claimed route says. */
function commonSplit(surveyed: readonly SurveyedVirtualService[]): Split | undefined {
  const splits = surveyed.flatMap(({ routes }) =>
    routes.flatMap((state) => (state.state === 'lost' ? [] : [state.reading.kind === 'split' ? state.reading.split : undefined])),
  );
  const [first] = splits;
  return splits.every((split) => equalSplits(split, first)) ? first : undefined;
}

/** Whether no chosen route leads past the split. */
function isComplete(config: IstioConfig, found: Found, surveyed: readonly SurveyedVirtualService[], context: RouterContext): boolean {
  const service = { name: context.service, namespace: context.namespace };
  return selectRoutes(config, found, service).every(({ object, routes }) => {
    const claimed = surveyed.find(({ name }) => name === object.metadata.name)?.routes ?? [];
    return routes.every(({ index }) => claimed.some((state) => state.state === 'present' && state.index === index));
  });
}

/** Whether every subset of ours that routes name is there. */
function ruleProblems(found: Found, { service, namespace, policy }: RouterContext): RoutingProblem[] {
  const rule = found.get(resources.destinationRules, ourRuleName(service))?.object;
  if (rule && !isOurRule(rule, policy)) return [ruleConflict(rule)];
  const defined = new Set((rule?.spec.subsets ?? []).map(({ name }) => name));
  const missing = [...subsetsNamed(found, { name: service, namespace })].filter((name) => versionOf(name) !== undefined && !defined.has(name));
  if (missing.length === 0) return [];
  return [
    {
      place: `DestinationRule ${ourRuleName(service)}, spec.subsets`,
      problem: `lacks ${missing.map((name) => `"${name}"`).join(', ')}, which routes name: someone ${rule ? 'changed' : 'deleted'} it`,
      remedy: 'none needed while the release runs, Serin makes it again; see that no tool prunes it',
    },
  ];
}

import { WHOLE, equalSplits, type Split } from '../../model/split.js';
import { readServices } from '../canary-service/read.js';
import type { Claim, Found, RouterContext, RoutingState } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { parseClaims } from './claims.js';
import { sameKey, type GatewayApiConfig } from './objects.js';
import { editingProblems, overwritingProblems, servesUs } from './rule-problems.js';
import { selectRoutes } from './selection.js';
import { surveyRoute, type SurveyedRoute } from './survey.js';
import { targetsOf, type Targets } from './targets.js';

/** Reads the split back from all chosen rules: it is written when all of them say the same, and the Services lead where they should. */
export function readSplit(config: GatewayApiConfig, found: Found, recorded: readonly Claim[], context: RouterContext): RoutingState {
  const targets = targetsOf(context);
  const claims = parseClaims(recorded, targets.namespace);
  if (claims.length === 0) return { written: undefined, accepted: undefined, problems: [] };
  const surveyed = claims.map((claim) => surveyRoute(claim, found, targets, context.policy));
  const services = readServices(found, recorded, context);
  const acceptances = surveyed.flatMap(({ key, found: object }) => (object ? [acceptanceOf(key, object, found, config, targets.namespace)] : []));

  const said = isComplete(config, found, surveyed, targets) ? commonSplit(surveyed) : undefined;
  const share = said?.shares.canary ?? 0;
  const stable = share === WHOLE || services.lead === 'stable';
  const written = targets.own || (stable && (share === 0 || services.canary)) ? said : undefined;
  return {
    written,
    accepted: services.followed && acceptances.every(({ accepted }) => accepted) ? written : undefined,
    problems: [
      ...surveyed.flatMap((each) => editingProblems(each, targets.namespace)),
      ...surveyed.flatMap((each) => overwritingProblems(each, context.lastWritten)),
      ...services.problems,
      // A refusal keeps a stage from being reached, but no write from being done: the next may be what ends it.
      ...acceptances.flatMap((each) => (each.accepted || !each.problem ? [] : [{ ...each.problem, severity: 'warning' as const }])),
    ],
  };
}

/** The split that every claimed rule says. */
function commonSplit(surveyed: readonly SurveyedRoute[]): Split | undefined {
  const splits = surveyed.flatMap(({ rules }) => rules.flatMap((state) => (state.state === 'lost' ? [] : [state.reading.kind === 'split' ? state.reading.split : undefined])));
  const [first] = splits;
  return splits.every((split) => equalSplits(split, first)) ? first : undefined;
}

/** Whether no chosen rule leads past the split. */
function isComplete(config: GatewayApiConfig, found: Found, surveyed: readonly SurveyedRoute[], targets: Targets): boolean {
  return selectRoutes(config, found, targets).every(({ key, object }) => {
    const route = surveyed.find((each) => sameKey(each.key, key));
    return (object.spec.rules ?? []).every(
      (rule, index) => !servesUs(rule, key.namespace, targets) || route?.added.includes(index) === true || route?.rules.some((state) => state.state === 'present' && state.index === index) === true,
    );
  });
}

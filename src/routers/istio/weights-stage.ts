import type { Split } from '../../model/split.js';
import type { Found, RoutingProblem, RoutingWrite, Stage } from '../router.js';
import { acceptanceOf } from './acceptance.js';
import { subsetProblem } from './destination-rule.js';
import { extraRoutes, type SteeredRoute } from './extra-routes.js';
import { mirrorFields, type Mirroring } from './mirroring.js';
import { routePlace, type Destination, type DestinationRule, type HttpRoute, type IstioConfig } from './objects.js';
import type { SteeredVirtualService } from './preview-host.js';
import { editingProblems } from './route-problems.js';
import { patchVirtualService, type RouteChange } from './route-patch.js';
import { describeServices, type Scope } from './scope.js';
import { barrier } from '../stages.js';
import type { PresentRoute } from './survey.js';
import { serving, splitDestinations, type Hashes } from './weights.js';

/** What the routes are written from. */
export interface Steering {
  readonly config: IstioConfig;
  readonly split: Split;
  readonly steered: readonly SteeredVirtualService[];
  readonly hashes: Hashes;
  readonly rules: readonly DestinationRule[];
  /** Names of the subsets that there will be; undefined where requests are split between Services. */
  readonly defined: ReadonlySet<string> | undefined;
  readonly found: Found;
  readonly scope: Scope;
}

/** Weights, mirrors and routes of our own, in one patch for each VirtualService. @param unclaimed what keeps routes from being claimed */
export function weightsStage(steering: Steering, unclaimed: readonly RoutingProblem[]): Stage {
  const { config, split, steered, hashes, found, scope } = steering;
  const problems = [...unclaimed];
  const writes: RoutingWrite[] = [];
  let claimed = 0;
  for (const { surveyed, routes } of steered) {
    problems.push(...editingProblems(surveyed));
    if (!surveyed.found) continue;
    const changes: RouteChange[] = [];
    const written: SteeredRoute[] = [];
    for (const state of surveyed.routes) {
      if (state.state !== 'present' || state.reading.kind === 'edited') continue;
      const next = splitDestinations(state.claim.route, split, hashes);
      const undefinedSubset = undefinedProblem(surveyed.title, state, next, steering);
      if (undefinedSubset) {
        problems.push(undefinedSubset);
        continue;
      }
      claimed++;
      const own = routes.find((each) => each.state === state);
      if (own) written.push(own);
      changes.push({ list: state.list, index: state.index, fields: { route: next, ...(own ? allMirrorFields(own.mirroring.wanted) : {}) } });
    }
    const extras = extraRoutes(surveyed, written, split, hashes, scope);
    problems.push(...extras.problems);
    if (surveyed.routes.length > 0) writes.push(...patchVirtualService(surveyed, scope.policy, changes, extras.routes));
  }
  if (claimed === 0 && problems.length === 0) {
    problems.push({ place: describeServices(scope), problem: 'no VirtualService has an http route to it', remedy: 'add one' });
  }
  const asked = askedOfRequests(split);
  if (claimed > 0 && asked.length > 0 && steered.every(({ routes }) => routes.length === 0)) {
    problems.push({ place: describeServices(scope), problem: `no http route to it is steered, so there is nothing that ${asked.join(', ')} could hold for`, remedy: 'add an http route, or ask for weights alone' });
  }
  const acceptances = steered.flatMap(({ surveyed: { found: object } }) => (object ? [acceptanceOf(object, found.now, config)] : []));
  return { name: 'weights', writes, ...barrier(problems, acceptances) };
}

/** What a split asks for beside shares that only http routes can do. */
export function askedOfRequests({ matches = [], mirror = 0, mirrors = [], sticky, preview }: Split): string[] {
  const asked = {
    matches: matches.length > 0,
    mirror: mirror > 0 || mirrors.length > 0,
    sticky: sticky !== undefined,
    'preview.path': preview?.path !== undefined,
    'preview.host': preview?.host !== undefined,
  };
  return Object.entries(asked).flatMap(([what, isAsked]) => (isAsked ? [what] : []));
}

/** Every field of mirroring, so that those which are not wanted go. */
export function allMirrorFields(mirroring: Mirroring): Partial<HttpRoute> {
  return Object.fromEntries(mirrorFields.map((field) => [field, mirroring[field]]));
}

/** That destinations would name a subset that there will not be. */
function undefinedProblem(title: string, { list, index, route, claim }: PresentRoute, next: readonly Destination[], { defined, rules, scope }: Steering): RoutingProblem | undefined {
  if (defined === undefined || next.every(({ destination }) => defined.has(destination.subset ?? ''))) return undefined;
  const place = `${routePlace(title, list, index, route.name)}.route`;
  const users = serving(claim.route)[0]?.destination.destination.subset ?? '';
  return subsetProblem(place, users, rules, scope.versions) ?? { place, problem: `needs subset "${users}"`, remedy: 'define it' };
}

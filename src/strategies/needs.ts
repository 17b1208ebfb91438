import type { Match, MirroredRequests } from '../model/match.js';
import type { PolicyProblem } from '../model/policy-problem.js';
import type { Audience } from '../model/policy/steps.js';
import type { PolicySpec } from '../model/release-policy.js';
import type { Split } from '../model/split.js';
import { splitOf } from '../model/split.js';
import { limitsOf, stickiness } from './limits.js';
import { matchesOf, mirrorsOf, perMille } from './steps.js';

type Path = PolicyProblem['path'];

/** What a policy asks of its router beside shares, and which field asks it. */
export interface RoutingNeed {
  readonly capability: 'headers' | 'cookies' | 'regex' | 'mirror' | 'mirrorMatches' | 'sticky' | 'previewPath' | 'previewHost' | 'previewService' | 'ownServices' | 'ownSubsets';
  readonly path: Path;
}

/** A split that the plan will ask for, and which field asks it. */
export interface PlannedSplit {
  readonly split: Split;
  readonly path: Path;
}

/** Everything beside shares that the steps of a policy ask of its router. The policy must be valid. */
export function routingNeeds(spec: PolicySpec): RoutingNeed[] {
  const { preview, path } = previewOf(spec);
  const needs: RoutingNeed[] = plannedSplits(spec).flatMap(({ split, path: at }) => [
    ...(split.matches ?? []).flatMap((match) => capabilitiesOf(match).map((capability) => ({ capability, path: at }))),
    ...((split.mirrors ?? []).length > 0 ? [{ capability: 'mirrorMatches' as const, path: at }] : []),
    ...((split.mirror ?? 0) > 0 ? [{ capability: 'mirror' as const, path: at }] : []),
  ]);
  if (preview?.path !== undefined) needs.push({ capability: 'previewPath', path: [...path, 'path'] });
  if (preview?.host !== undefined) needs.push({ capability: 'previewHost', path: [...path, 'host'] });
  if (preview?.service !== undefined) needs.push({ capability: 'previewService', path: [...path, 'service'] });
  if (spec.sticky) needs.push({ capability: 'sticky', path: ['spec', 'sticky'] });
  else if (spec.strategy.ab?.stages.some(({ share }) => share !== undefined)) needs.push({ capability: 'sticky', path: ['spec', 'strategy', 'ab', 'stages'] });
  if (spec.workload.versions?.list.some(({ service }) => service !== undefined)) needs.push({ capability: 'ownServices', path: ['spec', 'workload', 'versions', 'list'] });
  if (spec.workload.versions?.list.some(({ subset }) => subset !== undefined)) needs.push({ capability: 'ownSubsets', path: ['spec', 'workload', 'versions', 'list'] });
  return needs;
}

/** Every other split that the steps ask for, in their order. */
export function plannedSplits(spec: PolicySpec): PlannedSplit[] {
  const { canary, ab } = spec.strategy;
  const sticky = limitsOf(spec).sticky;
  const { preview, path } = previewOf(spec);
  const splits: PlannedSplit[] = preview ? [{ split: { ...splitOf(0), preview }, path }] : [];
  let matches: readonly Match[] = [];
  let share = 0;
  let mirror = 0;
  let mirrors: readonly MirroredRequests[] = [];
  const add = (at: Path, kept = sticky): void => void splits.push({ path: at, split: { ...splitOf(share), ...(matches.length > 0 ? { matches } : {}), ...(mirror > 0 ? { mirror } : {}), ...(mirrors.length > 0 ? { mirrors } : {}), ...(kept && share > 0 ? { sticky: kept } : {}), ...(preview ? { preview } : {}) } });
  for (const [index, step] of (canary?.steps ?? []).entries()) {
    const at = ['spec', 'strategy', 'canary', 'steps', index];
    if (step.weight !== undefined) share = perMille(step.weight);
    else if (step.mirror !== undefined) [mirror, mirrors] = [perMille(step.mirror), []];
    else if (step.mirrors) [mirror, mirrors] = [0, mirrorsOf(step.mirrors)];
    else if (step.route) matches = matchesOf(step.route, spec);
    else continue;
    add([...at, step.weight !== undefined ? 'weight' : step.mirror !== undefined ? 'mirror' : step.mirrors ? 'mirrors' : 'route']);
  }
  for (const [index, stage] of (ab?.stages ?? []).entries()) {
    if (stage.audience) matches = [...matches, ...matchesOf(stage.audience, spec)];
    if (stage.share !== undefined) share = perMille(stage.share);
    add(['spec', 'strategy', 'ab', 'stages', index], sticky ?? stickiness({}));
  }
  return splits;
}

function previewOf({ strategy: { canary, blueGreen, ab } }: PolicySpec): { preview: NonNullable<PolicySpec['strategy']['canary']>['preview']; path: Path } {
  const name = blueGreen ? 'blueGreen' : ab ? 'ab' : 'canary';
  return { preview: (blueGreen ?? ab ?? canary)?.preview, path: ['spec', 'strategy', name, 'preview'] };
}

function capabilitiesOf({ headers = [], cookies = [] }: Match): RoutingNeed['capability'][] {
  return [...(headers.length > 0 ? ['headers' as const] : []), ...(cookies.length > 0 ? ['cookies' as const] : []), ...([...headers, ...cookies].some(({ regex }) => regex !== undefined) ? ['regex' as const] : [])];
}

/** Audiences with users, and the fields that hold them. */
export function audiences({ strategy: { canary, ab } }: PolicySpec): { readonly audience: Audience; readonly path: Path }[] {
  return [
    ...(canary?.steps ?? []).flatMap(({ route }, index) => (route ? [{ audience: route, path: ['spec', 'strategy', 'canary', 'steps', index, 'route'] }] : [])),
    ...(ab?.stages ?? []).flatMap(({ audience }, index) => (audience ? [{ audience, path: ['spec', 'strategy', 'ab', 'stages', index, 'audience'] }] : [])),
  ];
}

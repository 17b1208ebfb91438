import type { Match, RequestMatch, ValueMatch } from '../../../model/match.js';
import type { CanaryStep } from '../../../model/policy/steps.js';
import { durationText } from '../../conversion/notes.js';
import { pauseMilliseconds } from '../duration.js';
import type { RolloutStep, StringMatch } from '../kinds/canary-steps.js';
import type { CanaryStrategy } from '../kinds/strategies.js';

type Mirrors = NonNullable<CanaryStep['mirrors']>;

/** Header and mirror routes that the steps so far have made, by name. */
interface Routes {
  readonly headers: Map<string, Match[]>;
  readonly mirrors: Map<string, Mirrors[number]>;
}

/**
 * The steps of a canary, each as one step with the same number. Those that wait for something that only the Rollout knows of,
 * analyses and experiments, are pauses without an end.
 */
export function policySteps({ steps = [], trafficRouting }: Pick<CanaryStrategy, 'steps' | 'trafficRouting'>): CanaryStep[] {
  const routes: Routes = { headers: new Map(), mirrors: new Map() };
  return steps.map((step) => policyStep(step, trafficRouting?.maxTrafficWeight ?? 100, routes));
}

function policyStep(step: RolloutStep, most: number, routes: Routes): CanaryStep {
  const { setWeight, pause, setCanaryScale, setHeaderRoute, setMirrorRoute } = step;
  if (setWeight !== undefined) return { weight: percentOf(setWeight, most) };
  if (pause) return { pause: pause.duration === undefined ? {} : { for: durationText(pauseMilliseconds(pause.duration) ?? 0) } };
  if (setCanaryScale) {
    const { replicas, weight } = setCanaryScale;
    return { scale: replicas !== undefined ? { replicas } : weight !== undefined ? { percent: weight } : { matchWeight: true } };
  }
  if (setHeaderRoute) {
    keep(routes.headers, setHeaderRoute.name, headerMatches(setHeaderRoute));
    return { route: { matches: [...routes.headers.values()].flat() } };
  }
  if (setMirrorRoute) {
    keep(routes.mirrors, setMirrorRoute.name, mirrored(setMirrorRoute));
    return { mirrors: [...routes.mirrors.values()] };
  }
  return { pause: {} };
}

/** A weight in per cent with one decimal. One that is something stays something, and one that leaves something leaves it. */
export function percentOf(weight: number, most: number): number {
  if (weight <= 0) return 0;
  return weight >= most ? 100 : Math.min(99.9, Math.max(0.1, Math.round((weight * 1000) / most) / 10));
}

/** Without a value the route of this name goes. The last one that was made comes last. */
function keep<V>(routes: Map<string, V>, name: string, value: V | undefined): void {
  routes.delete(name);
  if (value !== undefined) routes.set(name, value);
}

function headerMatches({ name, match = [] }: NonNullable<RolloutStep['setHeaderRoute']>): Match[] | undefined {
  return match.length === 0 ? undefined : match.map(({ headerName, headerValue }) => ({ name, headers: [header(headerName, headerValue)] }));
}

function mirrored({ name, match = [], percentage = 100 }: NonNullable<RolloutStep['setMirrorRoute']>): Mirrors[number] | undefined {
  if (match.length === 0 || percentage === 0) return undefined;
  const matches = match.map(({ method, path, headers = {} }): RequestMatch => ({
    ...(method ? { method: comparison(method) } : {}),
    ...(path ? { path: comparison(path) } : {}),
    ...(Object.keys(headers).length === 0 ? {} : { headers: Object.entries(headers).map(([key, value]) => header(key, value)) }),
  }));
  return { name, percent: percentage, matches };
}

const header = (name: string, value: StringMatch | undefined): ValueMatch => ({ name, ...comparison(value ?? {}) });

/** The one that says something. */
function comparison({ exact, prefix, regex }: StringMatch): Pick<ValueMatch, 'exact' | 'prefix' | 'regex'> {
  if (exact) return { exact };
  if (prefix) return { prefix };
  return regex ? { regex } : {};
}
